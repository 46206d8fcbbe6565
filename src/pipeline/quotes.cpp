// Folds both sides before comparing: full Unicode case folding of canonically decomposed
// characters, white space as one space, no invisible characters.

#include "pipeline/quotes.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kEnoughWords = 3;
constexpr std::size_t kEnoughCharacters = 12;
constexpr std::size_t kWeightWithoutSpaces = 3;

utf8proc_category_t CategoryOf(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool IsMark(char32_t c) {
  const utf8proc_category_t category = CategoryOf(c);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool IsDigit(char32_t c) { return CategoryOf(c) == UTF8PROC_CATEGORY_ND; }

// Letters, marks and numbers of any script.
bool IsWord(char32_t c) {
  const utf8proc_category_t category = CategoryOf(c);
  return c == '_' || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO);
}

// Thai, Lao, Tibetan, Burmese, Khmer; kana, bopomofo, Chinese characters, Yi.
bool IsWrittenWithoutSpaces(char32_t c) {
  constexpr std::array<std::array<char32_t, 2>, 9> kRanges = {{{0xE00, 0x109F},
                                                               {0x1780, 0x17FF},
                                                               {0x3005, 0x3007},
                                                               {0x3040, 0x312F},
                                                               {0x31A0, 0x31FF},
                                                               {0x3400, 0xA4CF},
                                                               {0xF900, 0xFAFF},
                                                               {0xFF66, 0xFF9F},
                                                               {0x20000, 0x3FFFF}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [c](const auto& range) { return c >= range[0] && c <= range[1]; });
}

// True if c between these two is part of one word or number: don't, non-smoker, 150,000.
bool Binds(char32_t before, char32_t c, char32_t after) {
  constexpr std::u32string_view kInWords = U"'\u2019-\u2010\u2011\u00B7\u05F3\u05F4";
  constexpr std::u32string_view kInNumbers = U".,:/";
  if (kInWords.find(c) != kInWords.npos) return IsWord(before) && IsWord(after);
  return kInNumbers.find(c) != kInNumbers.npos && IsDigit(before) && IsDigit(after);
}

void AppendFolded(char32_t c, std::u32string* folded) {
  std::array<utf8proc_int32_t, 32> characters;
  int boundclass = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), characters.data(), characters.size(),
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD), &boundclass);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(characters.size())) {
    folded->push_back(c);
  } else {
    folded->append(characters.begin(), characters.begin() + count);
  }
}

std::u32string FoldWords(std::string_view text) {
  std::u32string folded;
  folded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = NextCharacter(text, &at);
    if (IsSpace(c)) {
      if (folded.empty() || folded.back() != ' ') folded.push_back(' ');
    } else if (!IsInvisible(c)) {
      AppendFolded(c, &folded);
    }
  }
  return folded;
}

// The quote from the first to the last character that belongs to a word.
struct Core {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Core CoreOf(const std::u32string& quote) {
  const auto first = std::find_if(quote.begin(), quote.end(), IsWord);
  if (first == quote.end()) return {};
  const auto last = std::find_if(quote.rbegin(), quote.rend(), IsWord);
  return {static_cast<std::size_t>(first - quote.begin()),
          static_cast<std::size_t>(last.base() - quote.begin())};
}

bool SaysEnough(std::u32string_view core) {
  std::size_t words = 0;
  std::size_t characters = 0;
  bool in_word = false;
  for (std::size_t i = 0; i < core.size(); ++i) {
    if (IsMark(core[i])) continue;
    const bool dense = IsWrittenWithoutSpaces(core[i]);
    characters += dense ? kWeightWithoutSpaces : 1;
    const bool letter = IsWord(core[i]) && !dense;
    if (letter && !in_word) ++words;
    in_word =
        letter || (in_word && i + 1 < core.size() && Binds(core[i - 1], core[i], core[i + 1]));
  }
  return words >= kEnoughWords || characters >= kEnoughCharacters;
}

}  // namespace

UsersWords::UsersWords(const Chunk& chunk) {
  std::string_view const content = chunk.content;
  for (const Span& span : chunk.spans) {
    if (span.role != Role::kUser) continue;
    // A chunk begins with its title unless it continues another, and a text without white space is
    // cut anywhere: at both ends of a chunk a word may be cut.
    said_.push_back({FoldWords(content.substr(span.begin, span.end - span.begin)), span.begin == 0,
                     chunk.index + 1 < chunk.total && span.end == content.size()});
  }
}

bool UsersWords::Hold(std::string_view quote) const {
  std::u32string const folded = FoldWords(OneLine(quote));
  const Core core = CoreOf(folded);
  if (!SaysEnough(std::u32string_view(folded).substr(core.begin, core.end - core.begin))) {
    return false;
  }
  return std::any_of(said_.begin(), said_.end(), [&](const Said& said) {
    std::size_t at = said.text.find(folded);
    while (at != std::u32string::npos &&
           (IsInsideWord(said, at + core.begin) || IsInsideWord(said, at + core.end))) {
      at = said.text.find(folded, at + 1);
    }
    return at != std::u32string::npos;
  });
}

// True if the characters before and after `at` belong to one word.
bool UsersWords::IsInsideWord(const Said& said, std::size_t at) {
  const std::u32string& text = said.text;
  if (at == 0) return said.begins_inside;
  if (at == text.size()) return said.ends_inside;
  const char32_t before = text[at - 1];
  const char32_t after = text[at];
  if (IsMark(after)) return true;
  if (IsWord(before) && IsWord(after)) {
    return !IsWrittenWithoutSpaces(before) && !IsWrittenWithoutSpaces(after);
  }
  return (at + 1 < text.size() && Binds(before, after, text[at + 1])) ||
         (at > 1 && Binds(text[at - 2], before, after));
}

}  // namespace soulprint
