// Kinds of characters in ASCII; a byte of any other character is none of them.

#pragma once

namespace soulprint {

constexpr bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsAsciiLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsAsciiLetter(char c) { return IsAsciiUpper(c) || IsAsciiLower(c); }
constexpr bool IsAsciiWord(char c) { return IsAsciiDigit(c) || IsAsciiLetter(c); }

}  // namespace soulprint
