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

// The answer of a model without what it thought before: <think> … </think>.
std::string WithoutThinking(std::string text);

// The text without the elements of this name, as <name a="b"> … </name> or <name/>.  What is cut
// off in the middle of one ends there.  Takes linear time.
std::string WithoutElements(std::string_view name, std::string_view text);

// The text without the first copy of `hidden`.  Takes linear time.
std::string WithoutCopy(std::string_view hidden, std::string text);

}  // namespace soulprint
