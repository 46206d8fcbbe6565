// Notes that another assistant keeps about the user ──► sentences as the user would say them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

struct Note {
  std::string text;      // "I live in Berlin."
  std::string quote;     // what the notes say: "User lives in Berlin."
  bool of_user = false;  // the notes name the user
};

// Leaves out headings.  What the notes say of "the user", or of the name with which they begin,
// becomes the user's own words.
std::vector<Note> ToNotes(std::string_view text);

}  // namespace soulprint
