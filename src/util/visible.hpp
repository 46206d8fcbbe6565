// Text without characters that people do not see but models read.  Used for everything that is sent
// to a model, published or logged.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// True for controls except tab and line end, bidi controls, soft hyphens, zero-width and joining
// characters, fillers, variation selectors, annotations, tags.
bool IsInvisible(char32_t c);

// Removes invisible characters, except those that change how others look: a joiner between letters
// of a joining script (Persian, Hindi, Sinhala, …), joiners and U+FE0F in emoji and keycaps, the
// tags of the flags of England, Scotland and Wales.  Each Unicode line end becomes "\n".  text is
// well-formed UTF-8.  Idempotent.
std::string Visible(std::string_view text);

// Visible, with each run of white space as one space, and none at the ends.
std::string OneLine(std::string_view text);

// Untrusted bytes for messages and logs: one line, control characters escaped, invisible characters
// removed, at most 1 KB.
std::string Quoted(std::string_view text);

}  // namespace soulprint
