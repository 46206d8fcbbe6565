// Whether a quote is in the user's own words (doc/behavior.md, "Facts").

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// The user's spans of a chunk, in which quotes are looked up.
class UsersWords {
 public:
  explicit UsersWords(const Chunk& chunk);

  // True if the quote stands in one span as whole words and says enough: at least three words,
  // or twelve characters.  Case, runs of white space and invisible characters make no difference.
  // In scripts that put no spaces between words (Chinese, Japanese, Thai, …) any character may be
  // the first or last, and each counts as three of the twelve.
  bool Hold(std::string_view quote) const;

 private:
  struct Said {
    std::u32string text;  // folded
    bool begins_inside;   // the first characters may be the rest of a word, the last ones the start
                          // of one
    bool ends_inside;
  };

  static bool IsInsideWord(const Said& said, std::size_t at);

  std::vector<Said> said_;
};

}  // namespace soulprint
