// A text ──► words, in the form that the lexicon and the rules match.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

struct Word {
  // Lower case, contractions written out ("I'm" = "i", "am"; "wife's" = "wife", "s"); one character
  // of Chinese or Japanese; one mark of punctuation.
  std::string text;
  std::size_t begin = 0;  // bytes in the text
  std::size_t end = 0;
  bool capital = false;  // begins with a capital letter
  bool mark = false;     // is punctuation
};
using Words = std::vector<Word>;

// The words of well-formed UTF-8, in order.
Words ToWords(std::string_view text);

// True for a character of Chinese or Japanese.
bool IsIdeograph(const Word& word);

// The text from words[begin] to before words[end]; "" if that is none.
std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end);

// True if `word` is one of the words of `list`, which have single spaces between them.
bool Among(std::string_view word, std::string_view list);

// The words of a text that carry its meaning, without their endings, each once, in order.
std::vector<std::string> ContentWords(std::string_view text);

}  // namespace soulprint
