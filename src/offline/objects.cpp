#include "offline/objects.hpp"

#include <algorithm>
#include <string_view>

namespace soulprint {
namespace {

constexpr std::size_t kMaxWords = 9;  // of one thing

constexpr std::string_view kBreaks =
    "but because which who whom whose when while since although though if where whether however "
    "unless until than whereas therefore cause cuz bc that so what how why then yet except before "
    "after hence thus";

// Words that begin a new clause after "and" or a comma.
constexpr std::string_view kClauseStarts =
    "i you he she it they we my do does did what how can could would will is are was were have has "
    "there let here that this these those please not also want think am feel hope need go went got "
    "your his her their its our never don't who which where when why should may might any had lol "
    "haha thanks thank ok okay yes no well anyway even it's wish wanted know find found often "
    "usually "
    "sometimes always generally "
    "believe guess suppose mean recently lately today now currently";

constexpr std::string_view kLeading =
    "the a an some to of both also just really many lots very such various several all most more "
    "mostly mainly especially for about those different probably definitely even perhaps";

constexpr std::string_view kTrailing =
    "too well as much lot lots a the very so most sometimes lately recently now though today me "
    "also "
    "etc and or , to of in for with on at by from either right yet always anyway again it them "
    "usually often everyday tonight best new then is are was lol haha more even myself probably";

constexpr std::string_view kNothing =
    "it this that these those them they him her he she you your yours me one ones everything "
    "something anything nothing thing things stuff idea ideas suggestion suggestions advice answer "
    "same what how way ways whatever here there lot bit others someone people none any both either "
    "way option options part fact sound name us seeing knowing hearing "
    "asking its not no yes so i we more most two three first second last new who whom him best "
    "examples example another each able being";

constexpr std::string_view kNothingAlone =
    "do play working try trying be use make get develop learn work good bad great nice shows "
    "series "
    "genres healthy quiet sunny new company features results changes places living";

// Nouns that name a thing also with "the": "the piano", but not "the plot".
constexpr std::string_view kKnownThings =
    "beach outdoors ocean sea mountains mountain cold piano guitar violin cello flute drums bass "
    "rain "
    "sun gym movies theater theatre cinema color colour outdoor countryside city snow summer "
    "winter "
    "fall autumn spring news internet environment nature stars arts opera ballet woods desert lake "
    "80s 90s 70s 60s saxophone trumpet harp ukulele olympics";

// First words of pairs that are one thing: "sweet and sour", "arts and crafts".
constexpr std::string_view kFirstOfPair =
    "my their family black rock hot sweet mac fish arts dungeons salt sunny warm cold simple quiet";

constexpr std::string_view kGeneric =
    "bands activities things sports stuff hobbies something anything";

// Verbs after "to".  Without one of them, "and friends" is not a second thing to do.
constexpr std::string_view kVerbs =
    "listen read write play watch go travel cook bake run swim hike climb walk paint draw sing "
    "dance "
    "spend make take eat drink visit garden knit sew ride drive ski surf sail fish hunt camp "
    "collect "
    "build create learn study explore try meet hang help work exercise lift shop sleep relax "
    "meditate code program design photograph craft volunteer shoot practice practise do talk party "
    "game skate snowboard cycle jog volunteer teach stay have drive lounge drink sit grow";

bool IsMark(const Word& word) { return word.kind == Word::Kind::kMark; }

bool JoinsThings(const Word& word) {
  return Among(word.text, "and or & , / plus nor especially including particularly");
}

// The number of words at `at` that introduce examples: "such as", and "like" after a plural.
std::size_t IntroducesThings(const Sentence& sentence, std::size_t at) {
  if (IsWord(sentence, at, "such") && IsWord(sentence, at + 1, "as")) return 2;
  const bool like =
      at > 0 && IsWord(sentence, at, "like") && sentence.words[at - 1].text.back() == 's';
  return like ? 1 : 0;
}

bool EndsClause(const Sentence& sentence, std::size_t at) {
  const Word& word = sentence.words[at];
  if (IsMark(word)) return !Among(word.text, ", & / ' %");
  if (word.text == "as") {
    return !IsWord(sentence, at + 1, "well") && !IsWord(sentence, at + 2, "as") &&
           !(at > 0 && Among(sentence.words[at - 1].text, "such well"));
  }
  return Among(word.text, kBreaks);
}

bool StartsClause(const Sentence& sentence, std::size_t at) {
  const auto& words = sentence.words;
  while (at < words.size() && (JoinsThings(words[at]) || words[at].text == "as")) ++at;
  return at >= words.size() || Among(words[at].text, kClauseStarts);
}

bool NamesNothing(const Sentence& sentence, std::size_t begin, std::size_t end) {
  const auto& words = sentence.words;
  if (begin >= end || Among(words[begin].text, kNothing)) return true;
  if (begin + 1 == end && Among(words[begin].text, kNothingAlone)) return true;
  if (begin + 1 == end && words[begin].text.size() < 2) return true;
  if (Among(words[begin].text,
            "learning talking chatting speaking discussing trying using having "
            "being getting feeling thinking becoming improving") &&
      (end - begin < 2 || Among(words[begin + 1].text,
                                "more to with about it this that some new your "
                                "better the these those on how"))) {
    return true;
  }
  if (Among(words[end - 1].text, "things thing stuff"))
    return end < begin + 2 || words[begin].text != "collecting";
  return AnyAmong(sentence, begin, end,
                  "their his her its able you your yours yourself this these those below above "
                  "following it that ai chatbot "
                  "chatgpt them him was were is");
}

bool IsKnown(const Sentence& sentence, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const Word& word = sentence.words[i];
    if (word.capital || word.kind == Word::Kind::kQuoted || Among(word.text, kKnownThings)) {
      return true;
    }
  }
  return false;
}

// Trims words that add nothing at both ends; false if "the" precedes an unknown noun.
bool TrimThing(const Sentence& sentence, std::size_t* begin, std::size_t* end) {
  const auto& words = sentence.words;
  while (*end > *begin && (IsMark(words[*end - 1]) || Among(words[*end - 1].text, kTrailing)))
    --*end;
  if (*end > *begin + 1 && words[*end - 1].text == "all" && words[*end - 2].text == "at") *end -= 2;
  std::size_t article = kNoMatch;
  while (*begin < *end && (IsMark(words[*begin]) || Among(words[*begin].text, kLeading))) {
    if (words[*begin].capital) break;  // The Beatles
    if (words[*begin].text == "the") article = *begin;
    if (IsWord(sentence, *begin, "a") &&
        Among(words[std::min(*begin + 1, *end - 1)].text, "lot bit variety wide few couple")) {
      while (*begin < *end && words[*begin].text != "of") ++*begin;
      if (*begin == *end) return false;
    }
    ++*begin;
  }
  if (*end >= *begin + 3 && Among(words[*begin].text, "kinds types sorts") &&
      words[*begin + 1].text == "of") {
    *begin += 2;
  }
  if (article == kNoMatch) return true;
  if (*begin == article + 1) *begin = article;  // "the beach"
  return IsKnown(sentence, *begin, *end);
}

// Cuts a long thing before its place or time.
std::size_t Shortened(const Sentence& sentence, std::size_t begin, std::size_t end) {
  if (end - begin <= kMaxWords) return end;
  for (std::size_t i = begin + 2; i < std::min(end, begin + kMaxWords + 1); ++i) {
    if (Among(sentence.words[i].text,
              "in at on with for from during by after before using into "
              "through over around")) {
      return i;
    }
  }
  return begin;
}

// The things of one list, in order.
class List {
 public:
  List(const Sentence& sentence, std::size_t at) : sentence_(sentence), begin_(at) {}

  std::vector<std::string> Read() {
    to_do_ = IsWord(sentence_, begin_, "to") && !sentence_.words[begin_].capital;
    const std::size_t end = ClauseEnd(sentence_, begin_);
    for (std::size_t i = begin_; i < end; ++i) {
      if (nothing_) return {};
      if (const std::size_t introduced = IntroducesThings(sentence_, i); introduced != 0) {
        Take(i, true);
        i += introduced - 1;
        begin_ = i + 1;
        to_do_ = false;
      } else if (JoinsThings(sentence_.words[i]) && IsNewThing(i, end)) {
        Take(i, false);
        begin_ = i + 1;
      }
    }
    Take(end, false);
    return std::move(things_);
  }

 private:
  bool IsNewThing(std::size_t joint, std::size_t end) const {
    const auto& words = sentence_.words;
    std::size_t next = joint + 1;
    while (next < end && JoinsThings(words[next])) ++next;
    if (next >= end) return true;
    if (IsWord(sentence_, next, "to")) ++next;
    if (!to_do_) return joint == begin_ || !Among(words[joint - 1].text, kFirstOfPair);
    return next < end && Among(words[next].text, kVerbs);
  }

  void Take(std::size_t end, bool is_head) {
    std::size_t begin = begin_;
    while (begin < end && JoinsThings(sentence_.words[begin])) ++begin;
    if (is_head && end == begin + 1 && Among(sentence_.words[begin].text, kGeneric)) return;
    const bool infinitive = to_do_;
    if (infinitive && IsWord(sentence_, begin, "to")) ++begin;
    std::string thing = ReadObject(sentence_, begin, end);
    if (thing.empty()) {
      // A noun after one that names nothing belongs to it: "the plot and characters".
      nothing_ = things_.empty();
      return;
    }
    things_.push_back(infinitive ? "to " + thing : std::move(thing));
  }

  const Sentence& sentence_;
  std::size_t begin_;
  bool to_do_ = false;
  bool nothing_ = false;
  std::vector<std::string> things_;
};

// The word without inflectional endings.
std::string Stem(std::string word) {
  const auto drop = [&](std::string_view end, std::size_t left) {
    const bool drops = word.size() >= end.size() + left &&
                       word.compare(word.size() - end.size(), end.size(), end) == 0;
    if (drops) word.resize(word.size() - end.size());
    return drops;
  };
  if (drop("ing", 3)) {
    const std::size_t n = word.size();
    if (n > 3 && word[n - 1] == word[n - 2] && word[n - 1] != 's' && word[n - 1] != 'l')
      word.pop_back();
  } else if (drop("ies", 3)) {
    word += 'y';
  } else if (word.size() > 2 && word[word.size() - 2] != 's') {
    drop("s", 3);
  }
  drop("e", 3);
  return word;
}

}  // namespace

std::size_t ClauseEnd(const Sentence& sentence, std::size_t at) {
  const auto& words = sentence.words;
  for (std::size_t i = at; i < words.size(); ++i) {
    if (EndsClause(sentence, i)) return i;
    if ((words[i].text == "and" || words[i].text == ",") && StartsClause(sentence, i + 1)) return i;
  }
  return words.size();
}

std::vector<std::string> ReadObjects(const Sentence& sentence, std::size_t at) {
  return List(sentence, at).Read();
}

std::string ReadObject(const Sentence& sentence, std::size_t at, std::size_t end) {
  if (!TrimThing(sentence, &at, &end)) return "";
  end = Shortened(sentence, at, end);
  while (end > at && Among(sentence.words[end - 1].text, kTrailing)) --end;
  if (NamesNothing(sentence, at, end)) return "";
  return InThirdPerson(sentence, at, end);
}

std::string ThingKey(const std::string& thing) {
  const std::string lower = AsciiLower(thing);
  const Sentence sentence = ReadSentence(lower, lower);
  std::string key;
  for (const Word& word : sentence.words) {
    if (IsMark(word)) continue;
    if (Among(word.text,
              "the a an some to my their new good great of go going playing play doing do "
              "watching watch listening listen reading read making make taking take trying "
              "different for really out")) {
      if (sentence.words.size() > 1) continue;
    }
    if (!key.empty()) key += ' ';
    key += Stem(std::string(word.text));
  }
  return key.empty() ? lower : key;
}

}  // namespace soulprint
