// Foreign text inside our own Markdown stays text.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The text as Markdown lines that begin no heading, hide no text and swallow no line after them,
// also inside block quotes and lists.  Puts a backslash before a leading #, an underline of = or -,
// a code or math fence, a link definition, and each < that may begin HTML; removes invisible
// characters. Emphasis, lists, links and code spans stay.  A second call changes nothing.
std::string InertLines(std::string_view text);

// The same as one line that may follow other text on its line.
std::string InertLine(std::string_view text);

}  // namespace soulprint
