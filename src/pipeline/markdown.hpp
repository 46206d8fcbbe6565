// Foreign text inside Markdown of our own: it stays text, whatever it says.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Lines of Markdown that begin no heading, hide nothing and swallow nothing that follows, inside
// block quotes and lists neither: a backslash stands before a leading #, before an underline of =
// or -, before a code or math fence, before the definition of a link, and before each < that may
// begin HTML.  Invisible characters are gone.  Emphasis, lists, links and code spans stay.  Doing
// it twice changes nothing more.
std::string InertLines(std::string_view text);

// The same as one line that may stand behind other text.
std::string InertLine(std::string_view text);

}  // namespace soulprint
