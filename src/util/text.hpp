// Text by characters: counting, cutting and cleaning UTF-8.  A cut never splits a character.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace soulprint {

// Number of characters of well-formed UTF-8.
std::size_t CountCharacters(std::string_view text);

// The contract's estimate of tokens: characters / 4, rounded down.
std::size_t EstimateTokens(std::string_view text);

// The first (the last) n characters of text; all of it if it has no more.
std::string_view FirstCharacters(std::string_view text, std::size_t n);
std::string_view LastCharacters(std::string_view text, std::size_t n);

// True if the character is Unicode white space (White_Space property).
bool IsSpace(char32_t c);

// Where the white space that begins at `at` ends.
std::size_t SkipSpace(std::string_view text, std::size_t at);

// Without white space at both ends.
std::string_view Trim(std::string_view text);

// Keeps the first 500 characters of a title: it is stored and sent with every piece of its
// conversation.
void CutTitle(std::optional<std::string>* title);

// A title as it is shown: "Untitled" if it is null or missing.
std::string ShownTitle(const std::optional<std::string>& title);

// True if nothing is left of text after Trim.
bool IsBlank(std::string_view text);

// The first `limit` characters and "... [truncated]", or text itself if it has no more than limit.
std::string Truncate(std::string_view text, std::size_t limit);

// ASCII letters in lower case, other characters of cased scripts too where that is one to one
// (Latin-1, Latin Extended-A, Greek, Cyrillic); the rest unchanged.
std::string LowerCase(std::string_view text);

// What two equal statements have in common: LowerCase, runs of white space as one space, trimmed.
std::string Fold(std::string_view text);

// Storable text: U+0000, surrogates and bytes that are not UTF-8 become U+FFFD, a CESU-8 pair
// becomes the character it means.  `replaced`, if given, is raised by the number of replacements.
std::string CleanUtf8(std::string_view bytes, std::size_t* replaced = nullptr);

// True if CleanUtf8 would change nothing.
bool IsCleanUtf8(std::string_view bytes);

// Decodes the character at text[*at] and moves *at behind it.  text is well-formed.
char32_t NextCharacter(std::string_view text, std::size_t* at);

// Appends a character in UTF-8.  c is one: not above U+10FFFF and no surrogate.
void AppendCharacter(char32_t c, std::string* out);

}  // namespace soulprint
