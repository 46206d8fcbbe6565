// The fields of the sections (doc/behavior.md, "Sections").

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace soulprint {

struct SectionField {
  std::string_view name;
  bool list;  // of strings; else one string
};

// The fields of the section at this index of kSectionNames, in the order in which they are written.
const std::vector<SectionField>& SectionSchema(std::size_t section);

}  // namespace soulprint
