// The fields of the sections (doc/behavior.md, "Sections").

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace soulprint {

struct SectionField {
  std::string_view name;
  bool list;                 // of strings; else one string
  std::string_view meaning;  // for the model: what belongs there, how much, on which scale
};

// The fields of the section at this index of kSectionNames, in the order in which they are written.
const std::vector<SectionField>& SectionSchema(std::size_t section);

// What the section at this index is about, for the model.
std::string_view SectionMeaning(std::size_t section);

}  // namespace soulprint
