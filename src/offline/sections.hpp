// The material of a sections or name question ──► the five sections, or a name for the assistant.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The JSON object of the five sections, for what sample_to_sections writes.  Says "not enough data"
// where there is no evidence.
std::string AnswerSections(std::string_view material);

// {"ai_name":…} for the JSON object of five sections; the same user keeps the same name.
std::string AnswerName(std::string_view material);

}  // namespace soulprint
