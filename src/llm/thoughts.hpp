// The thoughts that some models write before their answer.

#pragma once

#include <string_view>

namespace soulprint {

// The answer without the blocks <think>…</think> and the like before it (doc/messages_api.md).  ""
// if such a block does not end.  The opening mark may be missing, where the server's prompt ends
// with it: then all up to the closing mark is thoughts, unless the text begins like JSON or
// Markdown.
std::string_view WithoutThoughts(std::string_view text);

}  // namespace soulprint
