// Sections + MEMORY ──► soulprint_text (doc/behavior.md, "soulprint_text").

#pragma once

#include <string>

#include "pipeline/types.hpp"

namespace soulprint {

// soulprint_text.  A NULL section is left out; one that is not a JSON object stands unchanged under
// its heading.  Each key, value and list item is one line.  No key, value or stored text begins or
// swallows a heading (markdown.hpp); MEMORY keeps its own headings (InertMemory).
std::string SectionsToSoulprint(const StoredSections& sections, const std::string& memory_md);
std::string SectionsToSoulprint(const Sections& sections, const std::string& memory_md);

}  // namespace soulprint
