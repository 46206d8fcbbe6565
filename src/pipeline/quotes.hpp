// Who said a quote, and where (doc/behavior.md, "Facts").

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/excerpt.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

enum class SaidBy {
  kUser,
  kUserBriefly,  // the user's words, but too few to prove anything
  kAssistant,    // only the assistant's words
  kNobody,
};

// A message in a list of excerpts.
struct Place {
  std::size_t excerpt = 0;
  std::size_t span = 0;  // of the excerpt's chunk
};

struct FoundQuote {
  SaidBy by = SaidBy::kNobody;
  std::vector<Place> places;  // each message of the user that holds it, in order
};

// What was said in excerpts, in which quotes are looked up word by word.  Case, width, white space,
// punctuation, Markdown's marks and invisible characters make no difference.
class SpokenWords {
 public:
  explicit SpokenWords(const std::vector<Excerpt>& excerpts);

  // The quote as whole words of one message.  The user's words are enough if they are three words,
  // twelve characters, or a whole sentence of two words.  In scripts that put no spaces between
  // words (Chinese, Japanese, Thai, …) any character may be the first or last, and each counts as
  // three of the twelve.  Where nobody said it as a whole, dots may stand for what was left out of
  // one message of the user, between parts that are each enough.
  FoundQuote Find(std::string_view quote) const;

 private:
  FoundQuote FindInParts(std::string_view quote) const;

  enum class Held { kNot, kBriefly, kEnough };
  enum class Enough { kNever, kAsASentence, kAlways };  // when the words of a quote prove something

  struct Said {
    Role role;
    Place place;
    std::u32string words;                // folded
    std::vector<std::size_t> sentences;  // where sentences begin in words, and where the next would
    bool begins_inside;                  // the first characters may be the rest of a word,
    bool ends_inside;                    // the last ones the start of one

    Held Hold(const std::u32string& quote, Enough enough) const;
    bool HoldsInOrder(const std::vector<std::u32string>& parts) const;
    bool IsWhole(std::size_t at, std::size_t end) const;
    bool IsCut(std::size_t at, std::size_t end) const;
    bool IsSentence(std::size_t at, std::size_t end) const;
  };

  std::vector<Said> said_;
};

// True if the text has no word to look for.
bool HasNoWords(std::string_view quote);

}  // namespace soulprint
