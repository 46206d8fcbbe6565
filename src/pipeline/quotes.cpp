// Compares words: both sides become their letters and digits, folded, with one space between words.
// What joins two words or two numbers stays.

#include "pipeline/quotes.hpp"

#include <algorithm>

#include "pipeline/letters.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kEnoughWords = 3;
constexpr std::size_t kEnoughCharacters = 12;
constexpr std::size_t kEnoughOfASentence = 2;
constexpr std::size_t kWeightWithoutSpaces = 3;

bool IsMark(char32_t c) {
  const utf8proc_category_t category = CategoryOf(c);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool IsDigit(char32_t c) { return CategoryOf(c) == UTF8PROC_CATEGORY_ND; }

// Written inside a word or around it, and often not: apostrophes, emphasis, code.
bool IsNoBreak(char32_t c) {
  if (c < 0x80 && IsPartOfWord(c)) return false;  // nearly all, and searching takes longer
  constexpr std::u32string_view kMarks = U"'\u2018\u2019\u02BC\u2032\uFF07*_~`\u00B4\u00B7\u05F3";
  return kMarks.find(c) != kMarks.npos || IsInvisible(c);
}

// The character that stands for c between these two if c makes one word or number of them:
// non-smoker, 150,000, 2019–2023; 0 if it does not.
char32_t Joiner(char32_t before, char32_t c, char32_t after) {
  const bool digits = IsDigit(before) && IsDigit(after);
  const bool words = IsPartOfWord(before) && IsPartOfWord(after);
  if (c == '-' || c == U'\u2010') return words ? '-' : 0;
  if (CategoryOf(c) == UTF8PROC_CATEGORY_PD || c == U'\u2212') return digits ? '-' : 0;
  return digits && (c == '.' || c == ',' || c == ':' || c == '/') ? c : 0;
}

bool EndsSentence(char32_t c) {
  constexpr std::u32string_view kEnds = U".!?;:\n\u2026\u3002\uFF01\uFF1F\uFF1B\uFF0E\u0964";
  return kEnds.find(c) != kEnds.npos;
}

struct QuoteWords {
  std::u32string text;
  std::vector<std::size_t> sentences;
};

// The bytes of a link's target from `at` on: "](https://example.org)"; 0 = there is none.
std::size_t LinkTarget(std::string_view text, std::size_t at) {
  if (text[at] != ']' || text.substr(at, 2) != "](") return 0;
  const std::size_t end = text.find_first_of(") \n]", at + 2);  // no further than the next link
  return end == std::string_view::npos || text[end] != ')' ? 0 : end + 1 - at;
}

// The characters of what a reader sees: without typography that folding would turn into letters.
std::string WithoutMarks(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  std::size_t kept = 0;  // up to here all is in `plain`, or left out
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (const std::size_t link = LinkTarget(text, at)) {
      at += link;
    } else if (!IsNoBreak(NextCharacter(text, &at))) {
      continue;
    }
    plain.append(text.substr(kept, begin - kept));
    kept = at;
  }
  return plain.append(text.substr(kept));
}

QuoteWords QuoteWordsOf(std::string_view text) {
  const std::string folded = FoldCase(WithoutMarks(text));
  QuoteWords words;
  std::u32string& out = words.text;
  out.reserve(CountCharacters(folded));
  bool gap = false;
  bool sentence = true;
  InterruptsNowAndThen interrupts;
  for (std::size_t at = 0; at < folded.size();) {
    interrupts.Step();
    const char32_t c = NextCharacter(folded, &at);
    // The dot that a Turkish capital I with a dot leaves when it is folded.
    if (c == 0x307 && !out.empty() && out.back() == 'i') continue;
    if (IsPartOfWord(c)) {
      if (gap && !out.empty() && !IsWrittenWithoutSpaces(c) &&
          !IsWrittenWithoutSpaces(out.back())) {
        out.push_back(' ');
      }
      if (sentence) words.sentences.push_back(out.size());
      out.push_back(c);
      gap = false;
      sentence = false;
      continue;
    }
    std::size_t next = at;
    const bool inside = !gap && !out.empty() && at < folded.size();
    if (const char32_t joiner = inside ? Joiner(out.back(), c, NextCharacter(folded, &next)) : 0) {
      out.push_back(joiner);
      continue;
    }
    gap = true;
    sentence = sentence || EndsSentence(c);
  }
  words.sentences.push_back(out.size() + 1);
  return words;
}

// How many words the text has, and how many characters they make.
struct Weight {
  std::size_t words = 0;
  std::size_t dense = 0;  // characters of scripts without spaces
  std::size_t characters = 0;
};

Weight WeightOf(std::u32string_view words) {
  Weight weight;
  bool in_word = false;
  for (const char32_t c : words) {
    const bool is_dense = IsWrittenWithoutSpaces(c);
    if (IsMark(c)) continue;
    if (is_dense) ++weight.dense;
    weight.characters += is_dense ? kWeightWithoutSpaces : 1;
    const bool letter = c != ' ' && !is_dense;
    if (letter && !in_word) ++weight.words;
    in_word = letter;
  }
  return weight;
}

bool IsEnough(const Weight& weight) {
  return weight.words >= kEnoughWords || weight.characters >= kEnoughCharacters;
}

// The words of each part of a quote that leaves something out: "I moved to Leeds … with my
// brother".
std::vector<std::u32string> PartsOf(std::string_view quote) {
  constexpr std::string_view kDots = "..";
  constexpr std::string_view kEllipsis = "\u2026";
  std::vector<std::u32string> parts;
  for (std::size_t begin = 0; begin < quote.size();) {
    const std::size_t dots = quote.find(kDots, begin);
    const std::size_t ellipsis = quote.find(kEllipsis, begin);
    const std::size_t end = std::min({dots, ellipsis, quote.size()});
    std::u32string words = QuoteWordsOf(quote.substr(begin, end - begin)).text;
    if (!words.empty()) parts.push_back(std::move(words));
    begin = end + (end == dots ? kDots.size() : kEllipsis.size());
  }
  return parts;
}

bool IsBreak(char32_t before, char32_t after) {
  if (IsMark(after)) return false;
  return before == ' ' || after == ' ' || IsWrittenWithoutSpaces(before) ||
         IsWrittenWithoutSpaces(after);
}

}  // namespace

bool HasNoWords(std::string_view quote) { return QuoteWordsOf(quote).text.empty(); }

SpokenWords::SpokenWords(const std::vector<Excerpt>& excerpts) {
  for (std::size_t i = 0; i < excerpts.size(); ++i) {
    const Chunk& chunk = excerpts[i].chunk;
    const std::string_view content = chunk.content;
    for (std::size_t j = 0; j < chunk.spans.size(); ++j) {
      const Span& span = chunk.spans[j];
      QuoteWords words = QuoteWordsOf(content.substr(span.begin, span.end - span.begin));
      // A chunk begins with its title unless it continues another, and a text without white space
      // is cut anywhere: at both ends of a chunk a word may be cut.
      said_.push_back({span.role,
                       {i, j},
                       std::move(words.text),
                       std::move(words.sentences),
                       span.begin == 0,
                       chunk.index + 1 < chunk.total && span.end == content.size()});
    }
  }
}

bool SpokenWords::Said::IsWhole(std::size_t at, std::size_t end) const {
  return (at == 0 || IsBreak(words[at - 1], words[at])) &&
         (end == words.size() || IsBreak(words[end - 1], words[end]));
}

bool SpokenWords::Said::IsCut(std::size_t at, std::size_t end) const {
  return (at == 0 && begins_inside && !IsWrittenWithoutSpaces(words.front())) ||
         (end == words.size() && ends_inside && !IsWrittenWithoutSpaces(words.back()));
}

bool SpokenWords::Said::IsSentence(std::size_t at, std::size_t end) const {
  const auto begins = [&](std::size_t place) {
    return std::binary_search(sentences.begin(), sentences.end(), place);
  };
  return begins(at) && (begins(end) || begins(end + 1));  // a space may stand between
}

SpokenWords::Held SpokenWords::Said::Hold(const std::u32string& quote, Enough enough) const {
  Held held = Held::kNot;
  for (std::size_t at = words.find(quote); at != std::u32string::npos;
       at = words.find(quote, at + 1)) {
    const std::size_t end = at + quote.size();
    if (!IsWhole(at, end)) continue;
    held = Held::kBriefly;
    if (IsCut(at, end) || enough == Enough::kNever) continue;
    if (enough == Enough::kAlways || IsSentence(at, end)) return Held::kEnough;
  }
  return held;
}

bool SpokenWords::Said::HoldsInOrder(const std::vector<std::u32string>& parts) const {
  std::size_t from = 0;
  return std::all_of(parts.begin(), parts.end(), [&](const std::u32string& part) {
    for (std::size_t at = words.find(part, from); at != std::u32string::npos;
         at = words.find(part, at + 1)) {
      from = at + part.size();
      if (IsWhole(at, from) && !IsCut(at, from)) return true;
    }
    return false;
  });
}

FoundQuote SpokenWords::Find(std::string_view quote) const {
  const std::u32string words = QuoteWordsOf(quote).text;
  FoundQuote found;
  if (words.empty()) return found;
  const Weight weight = WeightOf(words);
  Enough enough = Enough::kNever;
  if (weight.words + weight.dense >= kEnoughOfASentence) enough = Enough::kAsASentence;
  if (IsEnough(weight)) enough = Enough::kAlways;
  bool proves = false;
  bool by_assistant = false;
  for (const Said& said : said_) {
    CheckForInterrupts();
    const Held held = said.Hold(words, enough);
    if (held == Held::kNot) continue;
    if (said.role == Role::kAssistant) {
      by_assistant = true;
    } else {
      found.places.push_back(said.place);
      proves = proves || held == Held::kEnough;
    }
  }
  if (!found.places.empty()) {
    found.by = proves ? SaidBy::kUser : SaidBy::kUserBriefly;
  } else if (by_assistant) {
    found.by = SaidBy::kAssistant;
  } else {
    return FindInParts(quote);
  }
  return found;
}

FoundQuote SpokenWords::FindInParts(std::string_view quote) const {
  FoundQuote found;
  const std::vector<std::u32string> parts = PartsOf(quote);
  const bool enough = std::all_of(parts.begin(), parts.end(), [](const std::u32string& part) {
    return IsEnough(WeightOf(part));
  });
  if (parts.size() < 2 || !enough) return found;
  for (const Said& said : said_) {
    CheckForInterrupts();
    if (said.role == Role::kUser && said.HoldsInOrder(parts)) found.places.push_back(said.place);
  }
  if (!found.places.empty()) found.by = SaidBy::kUser;
  return found;
}

}  // namespace soulprint
