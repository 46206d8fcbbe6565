// The material of a sections question ──► soul, identity, user, agents, tools.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The JSON object of the five sections, with every field of the schema in its order.  A field
// without evidence in the material is "not enough data" or an empty list.
std::string AnswerSections(std::string_view material);

}  // namespace soulprint
