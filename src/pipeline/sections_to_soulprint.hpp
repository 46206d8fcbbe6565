// Sections + MEMORY ──► soulprint_text (CONTRACT 8).

#pragma once

#include <string>

#include "pipeline/types.hpp"

namespace soulprint {

// soulprint_text.  A section that is NULL is left out; one that is not a JSON object stands
// verbatim under its heading (CONTRACT 9).
std::string SectionsToSoulprint(const StoredSections& sections, const std::string& memory_md);
std::string SectionsToSoulprint(const Sections& sections, const std::string& memory_md);

}  // namespace soulprint
