// Text without what a person does not see and a model reads: what goes to a model, what is
// published, what a log line says of it.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// True for characters that nobody sees: controls but tab and line end, bidi controls, soft hyphens,
// zero-width and joining characters, fillers, variation selectors, annotations, tags.
bool IsInvisible(char32_t c);

// text without invisible characters, save those by which others look as they should: a joiner
// between letters of a script that joins (Persian, Hindi, Sinhala, …), joiners and U+FE0F in emoji
// and keycaps, the tags of the flags of England, Scotland and Wales.  Whatever ends a line in
// Unicode becomes "\n".  text is well-formed UTF-8; doing it twice changes nothing more.
std::string Visible(std::string_view text);

// Visible, with white space of any kind as single spaces, and none at the ends.
std::string OneLine(std::string_view text);

// Foreign text for messages and logs: on one line, control characters escaped, invisible ones left
// out, at most 1 KB.  text may be any bytes.
std::string Quoted(std::string_view text);

}  // namespace soulprint
