// Sections + MEMORY ──► soulprint_text (CONTRACT 8).

#pragma once

#include <string>

#include "pipeline/types.hpp"

namespace soulprint {

// soulprint_text.  A section that is NULL is left out; one that is not a JSON object stands as it
// is under its heading (CONTRACT 9).  Keys, values and list items are one line each.  No key, value
// or stored text begins a heading or swallows one (markdown.hpp); MEMORY keeps its own headings
// (InertMemory).
std::string SectionsToSoulprint(const StoredSections& sections, const std::string& memory_md);
std::string SectionsToSoulprint(const Sections& sections, const std::string& memory_md);

}  // namespace soulprint
