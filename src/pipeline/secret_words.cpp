// Finds each word for a secret and looks at some words around it.  Each kind of secret says which
// values it believes.

#include "pipeline/secret_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "pipeline/secret_lists.hpp"
#include "util/ascii.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Pieces = std::vector<std::string_view>;

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kFar = 300;  // characters that are looked at on either side of a word
constexpr std::size_t kMostPieces = 14;

enum class Kind { kPassword, kCode, kKey, kPin, kCardCode, kPhrase, kDocument };

struct Names {
  Kind kind;
  std::span<const std::string_view> words;
};

constexpr Names kNames[] = {{Kind::kPassword, kPasswords},
                            {Kind::kCode, kCodes},
                            {Kind::kKey, kKeys},
                            {Kind::kPin, kPins},
                            {Kind::kCardCode, kCardCodes},
                            {Kind::kPhrase, kPhrases},
                            {Kind::kDocument, kPassports},
                            {Kind::kDocument, kDocuments},
                            {Kind::kDocument, kMoreDocuments}};

template <std::size_t n>
bool IsIn(const std::string_view (&list)[n], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// A text with one sign for those that mean the same, and the same in lower case.  A place in one is
// a place in the other.
struct Texts {
  std::string plain;
  std::string lower;
};

Texts Prepare(std::string_view text) {
  struct Pair {
    std::string_view from;
    std::string_view to;
  };
  constexpr std::array<Pair, 14> kPairs = {{{"“", "\""},
                                            {"”", "\""},
                                            {"„", "\""},
                                            {"«", "\""},
                                            {"»", "\""},
                                            {"「", "\""},
                                            {"」", "\""},
                                            {"‘", "'"},
                                            {"’", "'"},
                                            {"：", ": "},
                                            {"＝", "= "},
                                            {"。", ". "},
                                            {"，", ", "},
                                            {"；", "; "}}};
  Texts texts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    NextCharacter(text, &at);
    const std::string_view character = text.substr(begin, at - begin);
    const auto* const pair = std::find_if(kPairs.begin(), kPairs.end(), [&](const Pair& candidate) {
      return candidate.from == character;
    });
    const bool sign = character.size() > 1 && pair != kPairs.end();
    const std::string folded = sign ? std::string(pair->to) : FoldCase(character);
    texts.lower += folded;
    texts.plain += !sign && folded.size() == character.size() ? character : folded;
  }
  return texts;
}

// --- pieces: what stands between white space

Pieces Split(std::string_view text) {
  Pieces pieces;
  std::size_t at = text.find_first_not_of(" \t\n\r");
  while (at != npos && pieces.size() < kMostPieces) {
    const std::size_t end = std::min(text.find_first_of(" \t\n\r", at), text.size());
    pieces.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(" \t\n\r", end);
  }
  return pieces;
}

// Without what stands around it.
std::string_view Core(std::string_view piece) {
  constexpr std::string_view kAround = "\"'`.,;:!?()[]{}<>*";
  const std::size_t begin = piece.find_first_not_of(kAround);
  if (begin == npos) return {};
  // A password may end with such a sign; one is enough to tell it.
  return piece.substr(begin, piece.find_last_not_of(kAround) + 1 - begin);
}

bool Ends(std::string_view piece) { return std::string_view(".,;!?)").find(piece.back()) != npos; }

bool IsQuoted(std::string_view piece) {
  return (piece[0] == '"' || piece[0] == '\'' || piece[0] == '`') && piece.size() > 4;
}

std::size_t Count(std::string_view text, bool (*is)(char)) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is));
}

bool HasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return IsAsciiLetter(c) || (c & 0x80) != 0; });
}

bool IsDigits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && Count(text, IsAsciiDigit) == text.size();
}

// Letters with digits or signs, as no word of a sentence has them.
bool IsMixed(std::string_view piece, std::size_t least) {
  const std::string_view core = Core(piece);
  if (core.size() < least || !HasLetter(core) || IsIn(kTechnology, FoldCase(core))) return false;
  if (core.find("://") != npos) return false;
  return Count(core, IsAsciiDigit) > 0 || core.find_first_of("!#$%^&*+=?~|\\_@") != npos;
}

bool IsPlainWord(std::string_view core) {
  return core.size() >= 4 && std::all_of(core.begin(), core.end(), [](char c) {
           return IsAsciiLetter(c) || (c & 0x80) != 0;
         });
}

// --- what is said of a name

// True if `test` holds for the pieces from the value on: after "is", ":" or "=", of this name and
// not of another word.
template <typename Test>
bool AnySaid(const Pieces& after, bool sign, Test test) {
  constexpr std::size_t kMostBetween = 7;
  if (sign) return test(after);
  for (std::size_t i = 0; i < after.size() && i < kMostBetween; ++i) {
    const std::string word = FoldCase(Core(after[i]));
    const bool verb = IsIn(kVerbs, word) || IsIn(kVerbs, after[i]);
    const bool of = IsIn(kPrepositions, word) || word.find('\'') != npos;  // d'accès
    if (i == 0 && !verb && !of) return false;
    const bool colon = after[i].back() == ':' || after[i].back() == '=';
    if (!colon && !(verb && (i == 0 || !IsIn(kPrepositions, word)))) continue;
    if (test(Pieces(after.begin() + static_cast<std::ptrdiff_t>(i) + 1, after.end()))) return true;
  }
  return false;
}

bool IsPasswordSaid(const Pieces& said, bool sign) {
  std::size_t i = 0;
  while (i < said.size() && IsIn(kFillers, FoldCase(Core(said[i])))) ++i;
  if (i == said.size()) return false;
  const std::string_view piece = said[i];
  const std::string_view core = Core(piece);
  const bool last = i + 1 == said.size() || Ends(piece) || IsIn(kNext, FoldCase(said[i + 1]));
  if (IsMixed(piece, 4)) return true;
  if (IsDigits(core, 4, 30)) return sign || last;
  return (last || IsQuoted(piece)) && IsPlainWord(core) && !IsIn(kQualities, FoldCase(core));
}

bool IsKeySaid(const Pieces& said) {
  constexpr std::size_t kLong = 30;  // no path of so few signs
  if (said.empty()) return false;
  const std::string_view core = Core(said[0]);
  if (core.find('/') != npos && (core.size() < kLong || core.find('.') != npos)) return false;
  return IsMixed(core, 12) && Count(core, IsAsciiDigit) > 0;
}

// A day, or two years.
bool IsDate(std::string_view number) {
  std::string form;
  for (char c : number) form += IsAsciiDigit(c) ? '9' : c == '/' || c == '-' ? '.' : c;
  const bool century = number.starts_with("19") || number.starts_with("20");
  return (century && (form == "9999.99.99" || form == "9999.9999")) || form == "99.99.9999" ||
         form == "9.9.9999" || form == "99.9.9999" || form == "9.99.9999";
}

// Letters and digits, or six digits and more.
bool IsCodeSaid(const Pieces& said) {
  if (said.empty()) return false;
  const std::string_view core = Core(said[0]);
  const std::size_t digits = Count(core, IsAsciiDigit);
  const auto hyphens = static_cast<std::size_t>(std::count(core.begin(), core.end(), '-'));
  return IsMixed(core, 6) || (digits >= 6 && digits + hyphens == core.size() && !IsDate(core));
}

// The first number of this length, with nothing but fillers and verbs before it.
bool HoldsCode(const Pieces& pieces, std::size_t least, std::size_t most) {
  for (const std::string_view piece : pieces) {
    const std::string_view core = Core(piece);
    if (IsDigits(core, least, most)) return true;
    const std::string word = FoldCase(core);
    if (!core.empty() && !IsIn(kFillers, word) && !IsIn(kVerbs, word)) return false;
  }
  return false;
}

bool HoldsPhrase(const Pieces& pieces) {
  constexpr std::size_t kWords = 12;
  std::size_t words = 0;
  for (const std::string_view piece : pieces) {
    const std::string_view core = Core(piece);
    const bool fits =
        core.size() >= 3 && core.size() <= 8 && Count(core, IsAsciiLower) == core.size();
    words = fits ? words + 1 : 0;
    if (words == kWords) return true;
  }
  return false;
}

bool IsDocumentNumber(std::string_view number) {
  if (IsDate(number)) return false;
  const auto fits = [](char c) { return IsAsciiWord(c) || c == '-' || c == '.' || c == '/'; };
  const std::size_t digits = Count(number, IsAsciiDigit);
  return digits >= 5 && Count(number, IsAsciiWord) >= 6 && Count(number, IsAsciiLower) <= 2 &&
         std::all_of(number.begin(), number.end(), fits);
}

// A number in one piece, or in groups of up to four letters and digits.
bool HoldsDocumentNumber(const Pieces& pieces) {
  std::string groups;
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    const std::string_view core = Core(piece);
    if (IsDocumentNumber(core)) return true;
    const std::string word = FoldCase(core);
    const bool group = !core.empty() && core.size() <= 4 &&
                       Count(core, IsAsciiDigit) + Count(core, IsAsciiUpper) == core.size() &&
                       !IsIn(kFillers, word);
    if (group) {
      groups += (count++ == 0 ? "" : "-") + std::string(core);
      if (count > 1 && IsDocumentNumber(groups)) return true;
    } else if (count > 0 || (!core.empty() && !IsIn(kFillers, word) && !IsIn(kVerbs, word))) {
      return false;
    }
  }
  return false;
}

// A value before its name: "hunter2 is my password", "uses hunter2 as password".
bool StandsBefore(const Pieces& before, bool digits) {
  constexpr std::string_view kLinks[] = {"is", "as", "ist", "als", "es", "como", "est", "comme"};
  for (std::size_t back = 1; back <= 4 && back < before.size(); ++back) {
    const std::size_t link = before.size() - back;
    if (!IsIn(kLinks, FoldCase(Core(before[link])))) continue;
    const std::string_view value = before[link - 1];
    return IsMixed(value, 6) || (digits && IsDigits(Core(value), 4, 6));
  }
  return false;
}

bool IsTold(Kind kind, const Pieces& before, const Pieces& after, bool sign) {
  const bool direct = !after.empty() && (IsMixed(after[0], 6) || IsDigits(Core(after[0]), 5, 12));
  const auto any_said = [&](auto test) { return AnySaid(after, sign, test); };
  switch (kind) {
    case Kind::kPassword:
      return direct || StandsBefore(before, false) ||
             any_said([&](const Pieces& said) { return IsPasswordSaid(said, sign); });
    case Kind::kCode:
      return any_said(IsCodeSaid);
    case Kind::kKey:
      return IsKeySaid(after) || any_said(IsKeySaid);
    case Kind::kPin:
      return HoldsCode(after, 4, 5) || StandsBefore(before, true) ||
             any_said([](const Pieces& said) { return HoldsCode(said, 4, 6); });
    case Kind::kCardCode:
      return HoldsCode(after, 3, 4) ||
             any_said([](const Pieces& said) { return HoldsCode(said, 3, 4); });
    case Kind::kPhrase:
      return HoldsPhrase(after);
    case Kind::kDocument:
      return HoldsDocumentNumber(after);
  }
  return false;
}

// --- finding the names

// Chinese, Japanese, Korean: words stand without spaces.
bool IsDense(std::string_view word) { return static_cast<unsigned char>(word[0]) >= 0xE3; }

// True if a letter ends, or begins, this text: names are whole words.
bool EndsWithLetter(std::string_view text) {
  const std::string_view last = LastCharacters(text, 1);
  return !last.empty() && (IsAsciiWord(last[0]) || (last.size() == 2 && last[0] != '\xC2'));
}

bool BeginsWithLetter(std::string_view text) {
  const std::string_view first = FirstCharacters(text, 1);
  return !first.empty() &&
         (IsAsciiWord(first[0]) || first[0] == '_' || (first.size() == 2 && first[0] != '\xC2'));
}

// What follows a dense name, without the words that link it to its value.
std::string_view AfterDense(std::string_view rest) {
  constexpr std::string_view kLinks[] = {"号码", "號碼", "号", "號", "是", "为",  "為",
                                         "は",   "番号", "が", "은", "는", "번호"};
  for (bool again = true; again;) {
    again = false;
    for (std::string_view link : kLinks) {
      if (!rest.starts_with(link)) continue;
      rest.remove_prefix(link.size());
      again = true;
    }
  }
  return rest;
}

bool IsToldAt(Kind kind, std::string_view word, std::string_view text, std::size_t at) {
  const std::size_t end = at + word.size();
  std::string_view rest = FirstCharacters(text.substr(end), kFar);
  if (IsDense(word)) {
    const std::size_t whole = rest.size();
    rest = AfterDense(rest);
    const bool linked = rest.size() < whole;
    const std::size_t begin = std::min(rest.find_first_not_of("\" "), rest.size());
    const bool colon = rest.substr(begin).starts_with(':') || rest.substr(begin).starts_with('=');
    if (colon) rest.remove_prefix(begin + 1);
    const auto* const other =
        std::find_if(rest.begin(), rest.end(), [](char c) { return (c & 0x80) != 0; });
    const auto ascii = static_cast<std::size_t>(other - rest.begin());
    return IsTold(kind, {}, Split(rest.substr(0, ascii)), linked || colon);
  }
  if (EndsWithLetter(text.substr(0, at)) || BeginsWithLetter(rest)) return false;
  const bool is = rest.starts_with("'s ");
  rest.remove_prefix(is ? 3 : std::min(rest.find_first_not_of("\"'*)`, "), rest.size()));
  const bool sign = rest.starts_with(':') || rest.starts_with('=');
  if (sign) rest.remove_prefix(1);
  const std::string_view near = LastCharacters(text.substr(0, at), kFar);
  return IsTold(kind, Split(near), Split(rest), sign || is);
}

}  // namespace

bool HoldsNamedSecret(std::string_view text) {
  const Texts texts = Prepare(text);
  const auto is_told = [&](Kind kind, std::string_view word) {
    const std::string& lower = texts.lower;
    for (std::size_t at = lower.find(word); at != npos; at = lower.find(word, at + 1)) {
      if (IsToldAt(kind, word, texts.plain, at)) return true;
    }
    return false;
  };
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const Names& names) {
    return std::any_of(names.words.begin(), names.words.end(),
                       [&](std::string_view word) { return is_told(names.kind, word); });
  });
}

}  // namespace soulprint
