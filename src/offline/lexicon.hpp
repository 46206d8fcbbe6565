// A text ──► words ──► the phrases by which the offline rules recognise what it is about.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "offline/cues.hpp"

namespace soulprint {

struct Word {
  // Lower case, contractions written out ("I'm" = "i", "am"; "wife's" = "wife", "s"); one character
  // of Chinese or Japanese; one mark of punctuation.
  std::string text;
  std::size_t begin = 0;  // bytes in the text
  std::size_t end = 0;
  bool capital = false;    // begins with a capital letter
  bool ideograph = false;  // is a character of Chinese or Japanese
  bool mark = false;       // is punctuation
};
using Words = std::vector<Word>;

struct Hit {
  const CueList* list;
  std::size_t begin;  // words[begin, end)
  std::size_t end;
};

// The words of well-formed UTF-8, in order, without adverbs such as "really".
Words ToWords(std::string_view text);

// The text from words[begin] to before words[end]; "" if that is none.
std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end);

// True if `word` is one of the words of `list`, which have single spaces between them.
bool Among(std::string_view word, std::string_view list);

// All phrases in the words, in order of their beginning.  Throws Error XX000 if cues.hpp has a
// phrase twice under one cue, one that holds another of its cue, or one that no text can hold.
std::vector<Hit> FindCues(const Words& words);

}  // namespace soulprint
