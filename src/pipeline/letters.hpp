// Kinds of characters that matter where texts are compared word by word.

#pragma once

#include <utf8proc.h>

namespace soulprint {

// Unicode's general category, for ASCII from a table.
utf8proc_category_t CategoryOf(char32_t c);

// True for letters, marks and numbers of any script.
bool IsPartOfWord(char32_t c);

// True for Thai, Lao, Tibetan, Burmese, Khmer; kana, bopomofo, Chinese characters, Yi.
bool IsWrittenWithoutSpaces(char32_t c);

}  // namespace soulprint
