// Text by characters: counting, cutting and cleaning UTF-8.  A cut never splits a character.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

// Number of characters of well-formed UTF-8.
std::size_t CountCharacters(std::string_view text);

// Estimated number of tokens: characters / 4, rounded down (doc/behavior.md, "Chunks").
std::size_t EstimateTokens(std::string_view text);

// The first, or last, n characters of text; all of text if it has no more.
std::string_view FirstCharacters(std::string_view text, std::size_t n);
std::string_view LastCharacters(std::string_view text, std::size_t n);

// True if the character is Unicode white space (White_Space property).
bool IsSpace(char32_t c);

// The end of the white space that begins at `at`.
std::size_t SkipSpace(std::string_view text, std::size_t at);

// text without white space at its ends.
std::string_view Trim(std::string_view text);

// Keeps the first 500 characters of a title: it is sent with every chunk of its conversation.
void CutTitle(std::optional<std::string>* title);

// True if text is white space only.
bool IsBlank(std::string_view text);

// The end of a text that was truncated.
inline constexpr std::string_view kTruncated = "... [truncated]";

// The first `limit` characters and kTruncated; all of text if it has no more.
std::string Truncate(std::string_view text, std::size_t limit);

// text with A … Z in lower case, for names of protocols.
std::string LowerAscii(std::string_view text);

// Well-formed UTF-8 for comparing people's words: NFKC and full Unicode case folding.
std::string FoldCase(std::string_view text);

// A key for comparing statements: FoldCase, each run of white space as one space, trimmed.
std::string Fold(std::string_view text);

// Text that Postgres can store: U+0000, surrogates and bytes that are not UTF-8 become U+FFFD, a
// CESU-8 pair becomes its character.  Adds the number of replacements to *replaced, if given.
std::string CleanUtf8(std::string_view bytes, std::size_t* replaced = nullptr);

// True if CleanUtf8 would not change the bytes.
bool IsCleanUtf8(std::string_view bytes);

// True if `item` is in a list separated by commas and optional white space; never for "".
bool IsListed(std::string_view item, std::string_view list);

// The parts of a text between separators, also empty ones, but none after the last separator; none
// of "".
std::vector<std::string_view> Split(std::string_view text, char separator);

// Decodes the character at text[*at] and moves *at past it.  text is well-formed UTF-8.
char32_t NextCharacter(std::string_view text, std::size_t* at);

// Appends a character in UTF-8.  c must be at most U+10FFFF and no surrogate.
void AppendCharacter(char32_t c, std::string* out);

}  // namespace soulprint
