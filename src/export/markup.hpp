// An assistant's text ──► the words the user saw (doc/export_format.md, "Markup").

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// ChatGPT's text without the marks of citations and widgets.
std::string WithoutMarkup(std::string text);

// Claude's text without the placeholders of tool calls, and without the thinking and the artifacts
// that older exports have in the text.
std::string WithoutClaudeMarkup(std::string text);

// The text without the first copy of `hidden`.  Takes linear time.
std::string WithoutCopy(std::string_view hidden, std::string text);

}  // namespace soulprint
