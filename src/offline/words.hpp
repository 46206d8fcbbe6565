// A sentence ──► words, in the form that the offline rules match.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

struct Word {
  enum class Kind { kWord, kMark, kQuoted };
  std::string_view text;  // in lower case, contractions expanded (I'm = i am); or the mark
  std::size_t begin = 0;  // bytes in the sentence
  std::size_t end = 0;
  Kind kind = Kind::kWord;  // kQuoted: a title or name in quotation marks
  bool capital = false;     // begins with a capital letter
  bool adverb = false;      // such as "really": allowed anywhere in a statement
};

// Views of text that the caller keeps.
struct Sentence {
  std::string_view text;
  std::vector<Word> words;
  bool question = false;  // ends in a question mark
};

inline constexpr std::size_t kNoMatch = std::string_view::npos;

// text with ASCII letters in lower case; every byte keeps its place.
std::string AsciiLower(std::string_view text);

// Splits text into words.  `lower` must be AsciiLower(text).
Sentence ReadSentence(std::string_view text, std::string_view lower);

// True if `word` is in `list`, whose words are separated by single spaces.
bool Among(std::string_view word, std::string_view list);

// The position after `phrase` at words[at]; kNoMatch if it is not there.  Words of a phrase are
// separated by spaces, alternatives by |; adverbs can precede each word.
std::size_t MatchPhrase(const Sentence& sentence, std::size_t at, std::string_view phrase);

// True if words[at] exists and is the word `text`.
bool IsWord(const Sentence& sentence, std::size_t at, std::string_view text);

// True if any of words[begin, end) is in `list`.
bool AnyAmong(const Sentence& sentence, std::size_t begin, std::size_t end, std::string_view list);

// words[begin, end) in the third person, on one line: "my" becomes "their".
std::string InThirdPerson(const Sentence& sentence, std::size_t begin, std::size_t end);

// The third person: play → plays, study → studies, go → goes.
std::string ThirdPersonVerb(std::string_view verb);

// The gerund: play → playing, run → running, bake → baking.
std::string Gerund(std::string_view verb);

// text with its first letter in upper case, if that is an ASCII letter.
std::string Capitalized(std::string text);

}  // namespace soulprint
