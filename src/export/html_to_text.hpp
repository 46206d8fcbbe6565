// HTML as answers are written in it ──► its words, line by line.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Without tags, comments, scripts and style sheets, entities decoded, white space as a browser
// shows it.  A < or & that begins no tag and no known entity stays.
std::string HtmlToText(std::string_view html);

}  // namespace soulprint
