#include "offline/statements.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "offline/activities.hpp"
#include "offline/chinese.hpp"
#include "offline/dates.hpp"
#include "offline/objects.hpp"
#include "offline/person.hpp"
#include "offline/plans.hpp"
#include "offline/tastes.hpp"
#include "offline/words.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMaxQuote = 200;  // characters

// Words after which a sentence is hypothetical or reported speech.
constexpr std::array<std::string_view, 27> kNotInEarnest = {
    "asked",  "asks",    "assume", "assuming", "claimed", "claims",    "hypothetically",
    "if",     "imagine", "lyrics", "pretend",  "quote",   "replied",   "said",
    "say",    "saying",  "says",   "shouted",  "suppose", "supposing", "tells",
    "texted", "told",    "unless", "wish",     "wished",  "wrote"};
static_assert(std::is_sorted(kNotInEarnest.begin(), kNotInEarnest.end()));

// Words before "I" where it is the subject of the sentence, and not of a clause in it ("the song I
// love").
constexpr std::string_view kBeforeSubject =
    "and but so because since although though while whereas today yesterday recently lately "
    "currently actually also besides nowadays sometimes usually personally honestly well yes yeah "
    "yep "
    "no nope hi hello hey ok okay anyway plus then now too hmm um umm haha lol oh wow ah time way "
    "weekend weekends morning mornings evening evenings night nights afternoon day days week weeks "
    "month year years summer winter spring autumn general fact course moment work home school "
    "friend sunday monday tuesday wednesday thursday friday saturday cause cuz bc however sure "
    "thanks thank you nice really course truth honest though hobby btw fyi ps plus that's cool "
    "awesome great same mainly mostly there sorry please man dude guys everyone companion";

constexpr std::string_view kQuestionStarts =
    "do does did don't have has can could would will are is was were what how why where when which "
    "who whom should any may shall am isn't aren't won't whats hows is";

constexpr std::string_view kConnectives = "so but and also or then well anyway ok okay by the way";

// A cheap test: most sentences need not be read word by word.
bool MentionsUser(std::string_view lower) {
  bool in_word = false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (!in_word && (lower[i] == 'i' || lower.substr(i, 2) == "my" || lower.substr(i, 2) == "we")) {
      const std::size_t length = lower[i] != 'i' ? 2 : Among(lower.substr(i, 2), "im iv") ? 2 : 1;
      const char next = i + length < lower.size() ? lower[i + length] : ' ';
      if (next < 'a' || next > 'z' || lower.substr(i, 3) == "ive") return true;
    }
    in_word = lower[i] >= 'a' && lower[i] <= 'z';
  }
  return false;
}

bool MayBeSubject(const Sentence& sentence, std::size_t at) {
  if (at == 0) return true;
  const Word& before = sentence.words[at - 1];
  if (sentence.words[at].text == "my" && Among(before.text, "is are")) return true;
  if (before.kind == Word::Kind::kMark) return before.text != "\"" && before.text != "'";
  if (IsWord(sentence, at - 1, "think") && at >= 2 && IsWord(sentence, at - 2, "i")) return true;
  if (before.text == "you") return at >= 2 && Among(sentence.words[at - 2].text, "thank see");
  return Among(before.text, kBeforeSubject);
}

// Where the question in a sentence begins; the end of the sentence if there is none.
std::size_t QuestionStart(const Sentence& sentence) {
  const auto& words = sentence.words;
  if (!sentence.question) return words.size();
  for (std::size_t i = words.size(); i-- > 0;) {
    const bool segment =
        i == 0 || (words[i - 1].kind == Word::Kind::kMark && words[i - 1].text != "'");
    if (!segment) continue;
    std::size_t first = i;
    while (first < words.size() && Among(words[first].text, kConnectives)) ++first;
    if (first < words.size() && Among(words[first].text, kQuestionStarts)) return i;
  }
  return 0;
}

// The user's words for a statement that begins at `begin`: the whole sentence if it is short.
std::string Quote(const Sentence& sentence, std::size_t begin) {
  std::string_view text = sentence.text;
  if (CountCharacters(text) <= kMaxQuote) return std::string(text);
  text = FirstCharacters(text.substr(sentence.words[begin].begin), kMaxQuote + 1);
  if (CountCharacters(text) <= kMaxQuote) return std::string(text);
  text = FirstCharacters(text, kMaxQuote);
  const std::size_t space = text.find_last_of(' ');
  return std::string(space == std::string_view::npos ? text : text.substr(0, space));
}

void ExtractClause(const Clause& clause, std::vector<Statement>* statements) {
  ExtractPerson(clause, statements);
  ExtractTastes(clause, statements);
  ExtractPlans(clause, statements);
  ExtractDates(clause, statements);
  ExtractActivities(clause, statements);
}

}  // namespace

Category CategoryOf(Statement::Kind kind) {
  switch (kind) {
    case Statement::Kind::kProject:
      return Category::kProjects;
    case Statement::Kind::kDate:
      return Category::kDates;
    case Statement::Kind::kBelief:
      return Category::kBeliefs;
    case Statement::Kind::kDecision:
      return Category::kDecisions;
    default:
      return Category::kPreferences;
  }
}

void SentenceToStatements(std::string_view text, std::string_view spoken_on, bool greeting,
                          std::vector<Statement>* statements) {
  if (ExtractChinese(text, statements)) return;
  const std::string lower = AsciiLower(text);
  if (!MentionsUser(lower)) return;
  Sentence sentence = ReadSentence(text, lower);
  sentence.words.resize(QuestionStart(sentence));
  for (std::size_t i = 0; i < sentence.words.size(); ++i) {
    const std::string_view word = sentence.words[i].text;
    if (std::binary_search(kNotInEarnest.begin(), kNotInEarnest.end(), word)) return;
    if (!Among(word, "i my we today it")) continue;
    const std::size_t end = std::max(ClauseEnd(sentence, i + 1), i + 1);
    const Clause clause{sentence, i, i + 1, end, spoken_on, greeting};
    std::vector<Statement> extracted;
    if (MayBeSubject(sentence, i)) {
      ExtractClause(clause, &extracted);
    } else if (word == "my") {
      ExtractPerson(clause, &extracted);  // "my wife" is a person of the user's also as an object
    }
    for (Statement& statement : extracted) {
      statement.quote = Quote(sentence, i);
      statements->push_back(std::move(statement));
    }
  }
}

}  // namespace soulprint
