// The HTML of an answer ──► its words, line by line.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Removes tags, comments, scripts and style sheets, decodes entities, and collapses white space as
// a browser does.  A < or & that begins no tag and no known entity stays.
std::string HtmlToText(std::string_view html);

}  // namespace soulprint
