// The words by which texts are compared, whatever their language.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

// A word without case and diacritics; of a script without spaces, and of Korean, two characters.
struct ComparedWord {
  std::string text;
  bool continues = false;  // begins with the last character of the one before
  std::string beginning;   // by which it is like "paintings", "painted", "painter"; "" = none
};

// The words of a text in order, without Markdown's marks, single letters and small words of
// English, German, French, Spanish, Portuguese, Italian and Dutch ("the", "und", "que").
std::vector<ComparedWord> ComparedWords(std::string_view text);

}  // namespace soulprint
