// An assistant's text ──► the words the user saw, without the marks of citations and widgets
// (export_format sections 6 and 9).

#pragma once

#include <string>

namespace soulprint {

std::string WithoutMarkup(std::string text);

// The same of Claude's: without what stands where a tool ran, and without the thinking and the
// artifacts that older exports have in the text.
std::string WithoutClaudeMarkup(std::string text);

}  // namespace soulprint
