// The JSON in a model's answer.

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace soulprint {

// The answer as JSON: the whole text, else the inside of its first ``` fence, else the balanced {…}
// or […] in it, of both kinds the one with the longest value.  Keys keep their order; strings are
// clean (CleanUtf8) and may have held raw control characters.
// nullopt if there is no JSON, if several balanced values differ, or if a limit is exceeded: 16 MB,
// 100 levels, 1000 keys in one object, 100,000 values, 16 scans of the text in search of brackets.
std::optional<nlohmann::ordered_json> ParseJsonReply(std::string_view answer);

// The whole text as JSON, with the same limits; nullopt if it is anything else.  For stored text.
std::optional<nlohmann::ordered_json> ParseJsonText(std::string_view text);

}  // namespace soulprint
