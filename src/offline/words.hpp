// A sentence ──► words, the way the offline rules match them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

struct Word {
  enum class Kind { kWord, kMark, kQuoted };
  std::string_view text;  // in lower case, contractions taken apart (I'm = i am); of a mark: itself
  std::size_t begin = 0;  // bytes in the sentence
  std::size_t end = 0;
  Kind kind = Kind::kWord;  // kQuoted: something short in quotation marks, a title or a name
  bool capital = false;     // begins with a capital letter
  bool adverb = false;      // such as "really": may stand anywhere in a statement
};

// Views of text that the caller keeps.
struct Sentence {
  std::string_view text;
  std::vector<Word> words;
  bool question = false;  // ends in a question mark
};

inline constexpr std::size_t kNoMatch = std::string_view::npos;

// ASCII letters in lower case, all else as it is: every byte keeps its place.
std::string AsciiLower(std::string_view text);

// `lower` is AsciiLower of text.
Sentence ReadSentence(std::string_view text, std::string_view lower);

// True if `word` is one of the words in `list`, which are separated by single spaces.
bool Among(std::string_view word, std::string_view list);

// The place behind `phrase` at words[at], kNoMatch if it does not stand there.  Words of a phrase
// are separated by spaces, alternatives by |; adverbs may stand before each of them.
std::size_t MatchPhrase(const Sentence& sentence, std::size_t at, std::string_view phrase);

// True if words[at] exists and is the word `text`.
bool IsWord(const Sentence& sentence, std::size_t at, std::string_view text);

// True if one of words[begin, end) is in `list`.
bool AnyAmong(const Sentence& sentence, std::size_t begin, std::size_t end, std::string_view list);

// The user's words [begin, end) told about the user: "my" is "their".  On one line.
std::string InThirdPerson(const Sentence& sentence, std::size_t begin, std::size_t end);

// play → plays, study → studies, go → goes.
std::string ThirdPersonVerb(std::string_view verb);

// play → playing, run → running, bake → baking.
std::string Gerund(std::string_view verb);

// The text with its first letter in upper case, if that is an ASCII letter.
std::string Capitalized(std::string text);

}  // namespace soulprint
