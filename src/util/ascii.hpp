// Kinds of characters in ASCII; a byte of any other character is none of them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace soulprint {

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsAsciiLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAsciiLetter(char c) { return IsAsciiUpper(c) || IsAsciiLower(c); }
constexpr bool IsAsciiWord(char c) { return IsAsciiDigit(c) || IsAsciiLetter(c); }

// How many bytes of a text are of a kind.
inline std::size_t Count(std::string_view text, bool (*is)(char)) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is));
}

}  // namespace soulprint
