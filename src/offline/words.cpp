#include "offline/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace soulprint {
namespace {

constexpr std::size_t kMaxQuotedWords = 8;

// Sorted for binary search.
constexpr std::array<std::string_view, 75> kAdverbs = {
    "absolutely",   "actually",     "already",    "also",      "always",     "and",
    "basically",    "big",          "both",       "certainly", "completely", "currently",
    "deeply",       "definitely",   "did",        "do",        "especially", "even",
    "ever",         "extremely",    "finally",    "first",     "frequently", "generally",
    "genuinely",    "great",        "highly",     "honestly",  "huge",       "hugely",
    "indeed",       "just",         "kind",       "lately",    "long",       "mainly",
    "massively",    "maybe",        "more",       "mostly",    "normally",   "now",
    "obviously",    "occasionally", "of",         "often",     "once",       "only",
    "particularly", "perhaps",      "personally", "pretty",    "probably",   "quietly",
    "quite",        "rarely",       "rather",     "really",    "recently",   "regularly",
    "simply",       "slowly",       "so",         "sometimes", "somewhat",   "sort",
    "still",        "super",        "too",        "totally",   "truly",      "typically",
    "usually",      "very",         "well"};
static_assert(std::is_sorted(kAdverbs.begin(), kAdverbs.end()));

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 7> kSuffixes = {
    Pair{"m", "am"},    Pair{"ve", "have"}, Pair{"re", "are"}, Pair{"ll", "will"},
    Pair{"d", "would"}, Pair{"s", "is"},    Pair{"t", "not"}};

// Contractions without an apostrophe, and where to split them.
struct Typed {
  std::string_view whole;
  std::size_t cut;
  std::string_view first;
  std::string_view second;
};
constexpr std::array<Typed, 8> kTyped = {
    Typed{"im", 1, "i", "am"},       Typed{"ive", 1, "i", "have"},
    Typed{"dont", 2, "do", "not"},   Typed{"cant", 2, "can", "not"},
    Typed{"didnt", 3, "did", "not"}, Typed{"doesnt", 4, "does", "not"},
    Typed{"isnt", 2, "is", "not"},   Typed{"cannot", 3, "can", "not"}};

constexpr std::array<Pair, 9> kToThird = {
    Pair{"i", "they"},      Pair{"me", "them"}, Pair{"my", "their"},
    Pair{"mine", "theirs"}, Pair{"am", "are"},  Pair{"myself", "themselves"},
    Pair{"our", "their"},   Pair{"us", "them"}, Pair{"we", "they"}};

bool IsLetter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte >= 0x80;
}

// Length of a non-ASCII apostrophe, hyphen, quotation mark or dash at text[at]; 0 if there is none.
std::size_t CurlyLength(std::string_view text, std::size_t at) {
  return text.substr(at, 2) == "\xE2\x80" && at + 2 < text.size() ? 3 : 0;
}

std::size_t ApostropheLength(std::string_view text, std::size_t at) {
  if (text[at] == '\'') return 1;
  return text.substr(at, 3) == "\xE2\x80\x99" ? 3 : 0;
}

bool OpensQuote(std::string_view text, std::size_t at) {
  return text[at] == '"' || text.substr(at, 3) == "\xE2\x80\x9C" ||
         text.substr(at, 2) == "\xC2\xAB";
}

std::size_t FindQuoteEnd(std::string_view text, std::size_t at, std::size_t* length) {
  if (text[at] == '"') {
    *length = 1;
    return text.find('"', at + 1);
  }
  const bool curly = text[at] == '\xE2';
  *length = curly ? 3 : 2;
  return text.find(curly ? "\xE2\x80\x9D" : "\xC2\xBB", at + 1);
}

class SentenceReader {
 public:
  SentenceReader(std::string_view text, std::string_view lower) : text_(text), lower_(lower) {}

  std::vector<Word> Read() {
    while (at_ < text_.size()) {
      if (OpensQuote(text_, at_) && ReadQuoted()) continue;
      if (const std::size_t curly = CurlyLength(text_, at_); curly != 0) {
        AddMark("-", curly);
      } else if (IsLetter(text_[at_])) {
        ReadWord();
      } else if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' ||
                 text_[at_] == '\r') {
        ++at_;
      } else {
        AddMark(lower_.substr(at_, 1), 1);
      }
    }
    return std::move(words_);
  }

 private:
  void Add(std::string_view text, std::size_t begin, std::size_t end) {
    const char c = text_[begin];
    words_.push_back({text, begin, end, Word::Kind::kWord, c >= 'A' && c <= 'Z',
                      std::binary_search(kAdverbs.begin(), kAdverbs.end(), text)});
  }

  void AddMark(std::string_view mark, std::size_t length) {
    words_.push_back({mark, at_, at_ + length, Word::Kind::kMark, false, false});
    at_ += length;
  }

  // A long quotation is speech: it becomes a mark, which ends a clause.  After one quotation mark
  // without a partner, later ones are not searched for.
  bool ReadQuoted() {
    if (unclosed_) return false;
    std::size_t length = 0;
    const std::size_t close = FindQuoteEnd(text_, at_, &length);
    if (close == std::string_view::npos) {
      unclosed_ = true;
      return false;
    }
    const std::string_view inside = text_.substr(at_ + length, close - at_ - length);
    const auto spaces = static_cast<std::size_t>(std::count(inside.begin(), inside.end(), ' '));
    const bool is_title = !inside.empty() && spaces < kMaxQuotedWords;
    words_.push_back({is_title ? lower_.substr(at_, close + length - at_) : "\"", at_,
                      close + length, is_title ? Word::Kind::kQuoted : Word::Kind::kMark, true});
    at_ = close + length;
    return true;
  }

  std::size_t WordEnd() const {
    std::size_t end = at_;
    while (end < text_.size()) {
      if (CurlyLength(text_, end) == 0 && IsLetter(text_[end])) {
        ++end;
        continue;
      }
      std::size_t joint = ApostropheLength(text_, end);
      if (joint == 0 && std::string_view("-.+#@_/").find(text_[end]) != kNoMatch) joint = 1;
      const std::size_t next = end + joint;
      if (joint == 0 || next >= text_.size() || CurlyLength(text_, next) != 0 ||
          !IsLetter(text_[next])) {
        break;
      }
      if (text_[end] == '.' && text_[next] >= 'A' && text_[next] <= 'Z') break;
      end = next;
    }
    return end;
  }

  void ReadWord() {
    const std::size_t begin = at_;
    const std::size_t end = at_ = WordEnd();
    for (std::size_t i = begin; i < end; ++i) {
      if (const std::size_t length = ApostropheLength(text_, i); length != 0) {
        return AddContraction(begin, i, i + length, end);
      }
    }
    const std::string_view word = lower_.substr(begin, end - begin);
    for (const Typed& typed : kTyped) {
      if (word != typed.whole) continue;
      Add(typed.first, begin, begin + typed.cut);
      return Add(typed.second, begin + typed.cut, end);
    }
    Add(word, begin, end);
  }

  void AddContraction(std::size_t begin, std::size_t apostrophe, std::size_t rest,
                      std::size_t end) {
    const std::string_view base = lower_.substr(begin, apostrophe - begin);
    const std::string_view suffix = lower_.substr(rest, end - rest);
    for (const auto& [typed, meant] : kSuffixes) {
      if (suffix != typed) continue;
      if (suffix == "s" && !Among(base, "it that he she what who there here how where name")) break;
      if (suffix == "t" && (base.size() < 2 || base.back() != 'n')) break;
      if (suffix != "t") {
        Add(base, begin, apostrophe);
        return Add(meant, apostrophe, end);
      }
      Add(base == "can"   ? base
          : base == "won" ? "will"
                          : base.substr(0, base.size() - 1),
          begin, apostrophe - 1);
      return Add(meant, apostrophe - 1, end);
    }
    Add(lower_.substr(begin, end - begin), begin, end);
  }

  std::string_view text_;
  std::string_view lower_;
  std::size_t at_ = 0;
  bool unclosed_ = false;
  std::vector<Word> words_;
};

bool MatchesOne(std::string_view word, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const std::size_t bar = std::min(alternatives.find('|'), alternatives.size());
    if (alternatives.substr(0, bar) == word) return true;
    alternatives.remove_prefix(std::min(bar + 1, alternatives.size()));
  }
  return false;
}

}  // namespace

std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Sentence ReadSentence(std::string_view text, std::string_view lower) {
  Sentence sentence{text, SentenceReader(text, lower).Read(), false};
  for (auto word = sentence.words.rbegin(); word != sentence.words.rend(); ++word) {
    if (word->kind != Word::Kind::kMark) break;
    if (word->text == "?") sentence.question = true;
  }
  return sentence;
}

bool Among(std::string_view word, std::string_view list) {
  if (word.empty()) return false;
  while (list.size() >= word.size()) {
    const bool ends = list.size() == word.size() || list[word.size()] == ' ';
    if (ends && list[0] == word[0] && list.compare(0, word.size(), word) == 0) return true;
    std::size_t next = 1;
    while (next < list.size() && list[next] != ' ') ++next;
    list.remove_prefix(std::min(next + 1, list.size()));
  }
  return false;
}

std::size_t MatchPhrase(const Sentence& sentence, std::size_t at, std::string_view phrase) {
  while (!phrase.empty()) {
    const std::size_t space = std::min(phrase.find(' '), phrase.size());
    const std::string_view wanted = phrase.substr(0, space);
    while (at < sentence.words.size() && !MatchesOne(sentence.words[at].text, wanted) &&
           sentence.words[at].adverb) {
      ++at;
    }
    if (at >= sentence.words.size() || !MatchesOne(sentence.words[at].text, wanted))
      return kNoMatch;
    ++at;
    phrase.remove_prefix(std::min(space + 1, phrase.size()));
  }
  return at;
}

bool IsWord(const Sentence& sentence, std::size_t at, std::string_view text) {
  return at < sentence.words.size() && sentence.words[at].text == text;
}

bool AnyAmong(const Sentence& sentence, std::size_t begin, std::size_t end, std::string_view list) {
  for (std::size_t i = begin; i < std::min(end, sentence.words.size()); ++i) {
    if (Among(sentence.words[i].text, list)) return true;
  }
  return false;
}

std::string InThirdPerson(const Sentence& sentence, std::size_t begin, std::size_t end) {
  std::string result;
  for (std::size_t i = begin; i < end && i < sentence.words.size(); ++i) {
    const Word& word = sentence.words[i];
    std::string_view text = sentence.text.substr(word.begin, word.end - word.begin);
    const bool joined = i > begin && word.begin == sentence.words[i - 1].end;
    const auto* third = std::find_if(kToThird.begin(), kToThird.end(),
                                     [&](const Pair& pair) { return pair.first == word.text; });
    const bool replaced = third != kToThird.end();
    if (!result.empty() && (!joined || replaced)) result += ' ';
    if (replaced) text = third->second;
    result += text;
    // American style puts a comma inside the quotation marks.
    if (word.kind == Word::Kind::kQuoted && result.size() > 2 && result.back() == '"' &&
        std::string_view(".,!?;").find(result[result.size() - 2]) != std::string_view::npos) {
      result.erase(result.size() - 2, 1);
    }
  }
  std::replace(result.begin(), result.end(), '\n', ' ');
  return result;
}

std::string ThirdPersonVerb(std::string_view verb) {
  if (verb == "have") return "has";
  if (verb == "am" || verb == "are") return "is";
  std::string third(verb);
  const auto ends = [&](std::string_view end) {
    return verb.size() > end.size() && verb.substr(verb.size() - end.size()) == end;
  };
  if (ends("y") && !ends("ay") && !ends("ey") && !ends("oy")) {
    third.back() = 'i';
    return third + "es";
  }
  const bool hisses = ends("s") || ends("sh") || ends("ch") || ends("x") || ends("z") || ends("o");
  return third + (hisses ? "es" : "s");
}

std::string Gerund(std::string_view verb) {
  std::string gerund(verb);
  if (Among(verb, "run swim jog knit shop sit get plan chat")) {
    gerund += verb.back();
  } else if (verb.size() > 2 && verb.back() == 'e' && verb[verb.size() - 2] != 'e') {
    gerund.pop_back();
  }
  return gerund + "ing";
}

std::string Capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

}  // namespace soulprint
