// The JSON in a model's answer (messages_api section 8).

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace soulprint {

// The answer as JSON: the whole text, else the inside of its first ``` fence, else the one longest
// balanced {…} or […] in it.  Keys keep their order.  nullopt if there is none, or several that
// differ. Strings are storable text (CleanUtf8).  Nesting over 100 counts as unreadable, and so do
// more than 1000 keys in one object, more than 100,000 values, more than 16 MB, and a text in which
// so much looks like JSON that reading it all would take many times its length.
std::optional<nlohmann::ordered_json> ParseJsonReply(std::string_view answer);

// A whole text that is JSON, under the same limits and as clean; nullopt if it is anything else.
// For stored text, in which nothing is searched for.
std::optional<nlohmann::ordered_json> ParseJsonText(std::string_view text);

}  // namespace soulprint
