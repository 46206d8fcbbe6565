#include "offline/tastes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "offline/objects.hpp"
#include "offline/words.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;

// "I" + phrase + things ──► tells + each thing.
struct Rule {
  std::string_view phrase;
  Kind kind;
  std::string_view tells;
};

constexpr std::array<Rule, 59> kRules = {{
    {"like|love|enjoy|adore", Kind::kLike, "Likes"},
    {"have always|long loved|liked|enjoyed|adored", Kind::kLike, "Likes"},
    {"have loved|liked|enjoyed|adored", Kind::kLike, "Likes"},
    {"am into", Kind::kLike, "Likes"},
    {"have been into", Kind::kLike, "Likes"},
    {"am getting into", Kind::kLike, "Likes"},
    {"have been getting into", Kind::kLike, "Likes"},
    {"have gotten|got into", Kind::kLike, "Likes"},
    {"got into", Kind::kLike, "Likes"},
    {"am a fan|lover|enthusiast of", Kind::kLike, "Likes"},
    {"am a lifelong|longtime|die-hard|diehard fan|lover of", Kind::kLike, "Likes"},
    {"am fond of", Kind::kLike, "Likes"},
    {"am keen on", Kind::kLike, "Likes"},
    {"am passionate about", Kind::kLike, "Likes"},
    {"am enthusiastic|crazy|mad|nuts about", Kind::kLike, "Likes"},
    {"am obsessed with", Kind::kLike, "Likes"},
    {"am addicted|devoted to", Kind::kLike, "Likes"},
    {"am hooked on", Kind::kLike, "Likes"},
    {"am in love with", Kind::kLike, "Likes"},
    {"have a passion|love for", Kind::kLike, "Likes"},
    {"have a soft spot|weakness for", Kind::kLike, "Likes"},
    {"have a liking for", Kind::kLike, "Likes"},
    {"have fun", Kind::kLike, "Likes"},
    {"am interested in", Kind::kLike, "Interested in"},
    {"am fascinated|intrigued by", Kind::kLike, "Interested in"},
    {"am fascinated with", Kind::kLike, "Interested in"},
    {"am curious about", Kind::kTrait, "Curious about"},
    {"have been interested in", Kind::kLike, "Interested in"},
    {"have always been interested in", Kind::kLike, "Interested in"},
    {"have become interested in", Kind::kLike, "Interested in"},
    {"have an|a interest in", Kind::kLike, "Interested in"},
    {"have a strong|deep|keen|great|big interest in", Kind::kLike, "Interested in"},
    {"prefer", Kind::kLike, "Prefers"},
    {"have always preferred", Kind::kLike, "Prefers"},
    {"collect", Kind::kLike, "Collects"},
    {"practice|practise", Kind::kLike, "Practices"},
    {"learned|learnt", Kind::kActivity, "Has learned"},
    {"have learned|learnt", Kind::kActivity, "Has learned"},
    {"do not like|love|enjoy", Kind::kDislike, "Dislikes"},
    {"have never liked|enjoyed", Kind::kDislike, "Dislikes"},
    {"am not a fan of", Kind::kDislike, "Dislikes"},
    {"am not into", Kind::kDislike, "Dislikes"},
    {"am not fond of", Kind::kDislike, "Dislikes"},
    {"am not interested in", Kind::kDislike, "Not interested in"},
    {"hate|dislike|detest|loathe|despise", Kind::kDislike, "Dislikes"},
    {"can not stand|bear|tolerate", Kind::kDislike, "Can't stand"},
    {"am allergic to", Kind::kTrait, "Allergic to"},
    {"have an allergy to", Kind::kTrait, "Allergic to"},
    {"am intolerant to", Kind::kTrait, "Intolerant to"},
    {"am afraid|scared|terrified of", Kind::kTrait, "Afraid of"},
    {"do not eat", Kind::kTrait, "Doesn't eat"},
    {"do not drink", Kind::kTrait, "Doesn't drink"},
    {"never eat", Kind::kTrait, "Never eats"},
    {"never drink", Kind::kTrait, "Never drinks"},
    {"speak", Kind::kTrait, "Speaks"},
    {"am fluent in", Kind::kTrait, "Speaks"},
    {"have always wanted to", Kind::kTrait, "Has always wanted to"},
    {"am good at", Kind::kTrait, "Good at"},
    {"used to", Kind::kTrait, "Used to"},
}};

// Verbs of regular activities, which need an adverb ("often") or a time ("every day").
constexpr std::string_view kHabits =
    "play practice practise paint draw write read cook bake run jog swim hike climb cycle bike "
    "ride "
    "ski skate surf dance sing garden knit crochet sew code program meditate travel volunteer "
    "train "
    "lift exercise fish hunt camp sail listen watch eat drink walk visit attend teach work drive "
    "drink pray stretch journal spend make take go";

// Verbs of regular activities that need neither.
constexpr std::string_view kPursuits =
    "play paint draw bake sing dance knit crochet sew code meditate volunteer garden hike swim ski "
    "surf snowboard skateboard fish hunt sail teach journal cook climb";

constexpr std::string_view kOften =
    "usually often regularly frequently always sometimes typically "
    "generally normally occasionally rarely never mostly";

constexpr std::string_view kFrequent =
    "every each daily weekly weekends everyday mornings evenings sundays saturdays lot lots once "
    "twice regularly often";

// Objects of the moment or of this chat, which are not habits.
constexpr std::string_view kOfTheMoment =
    "you your it this that them today now tonight yesterday tomorrow later again here way sense "
    "sure note place turns back";

void Add(std::vector<Statement>* statements, Kind kind, std::string_view tells,
         const std::string& thing) {
  Statement statement;
  statement.kind = kind;
  statement.text = std::string(tells) + " " + thing;
  statement.thing = thing;
  if (thing.starts_with("to ")) {  // "to play chess" is playing chess
    const std::size_t end = std::min(thing.find(' ', 3), thing.size());
    statement.thing = Gerund(std::string_view(thing).substr(3, end - 3)) + thing.substr(end);
  }
  statements->push_back(std::move(statement));
}

std::size_t FirstComma(const Sentence& sentence, std::size_t begin, std::size_t end) {
  while (begin < end && sentence.words[begin].text != ",") ++begin;
  return begin;
}

bool ExtractByRule(const Clause& clause, std::vector<Statement>* statements) {
  for (const Rule& rule : kRules) {
    const std::size_t at = MatchPhrase(clause.sentence, clause.verb, rule.phrase);
    if (at == kNoMatch) continue;
    // Excludes "I never like …" and "I would like".
    if (AnyAmong(clause.sentence, clause.verb, at, "rarely only ever") && rule.kind == Kind::kLike)
      return true;
    const bool one = Among(rule.tells, "Prefers") || rule.phrase == "used to";
    if (one || rule.phrase == "have always wanted to") {
      const std::size_t end = FirstComma(clause.sentence, at, ClauseEnd(clause.sentence, at));
      const bool to = IsWord(clause.sentence, at, "to");
      const std::string thing = ReadObject(clause.sentence, to ? at + 1 : at, end);
      const bool vague =
          rule.tells == "Has always wanted to" && thing.find(' ') == std::string::npos;
      if (!thing.empty() && thing.substr(0, 4) != "not " && !vague) {
        Add(statements, rule.kind, rule.tells, to ? "to " + thing : thing);
      }
      return true;
    }
    if (rule.tells == "Has learned" &&
        AnyAmong(clause.sentence, at, at + 5,
                 "dish recipe lot much knowledge skill skills things useful new")) {
      return true;
    }
    for (const std::string& thing : ReadObjects(clause.sentence, at)) {
      Add(statements, rule.kind, rule.tells, thing);
    }
    return true;
  }
  return false;
}

void ExtractHabit(const Clause& clause, std::vector<Statement>* statements) {
  const auto& words = clause.sentence.words;
  std::size_t verb = clause.verb;
  std::string_view often;
  while (verb < words.size() && (words[verb].adverb || words[verb].text == "never")) {
    if (Among(words[verb].text, kOften)) often = words[verb].text;
    ++verb;
  }
  if (verb >= words.size() || IsWord(clause.sentence, verb - 1, "did")) return;
  const std::size_t end = FirstComma(clause.sentence, verb, ClauseEnd(clause.sentence, verb));
  if (AnyAmong(clause.sentence, verb, end, kOfTheMoment)) return;
  const bool frequent = !often.empty() || AnyAmong(clause.sentence, verb, end, kFrequent);
  const bool pursuit = Among(words[verb].text, kPursuits);
  if (!pursuit && !(frequent && Among(words[verb].text, kHabits))) return;
  std::size_t stop = verb + 1;
  while (stop < end && !(IsWord(clause.sentence, stop, "and") && stop + 1 < end &&
                         Among(words[stop + 1].text, kHabits))) {
    ++stop;
  }
  if (stop - verb > 10) {
    stop = verb + 4;
    while (stop < end && !Among(words[stop].text, "in at on with for from during by to and"))
      ++stop;
    if (stop - verb > 10) return;
  }
  std::string rest = InThirdPerson(clause.sentence, verb + 1, stop);
  std::string result = often.empty() ? "" : std::string(often) + " ";
  result += ThirdPersonVerb(words[verb].text) + (rest.empty() ? "" : " " + rest);
  Statement statement;
  statement.kind = Kind::kTrait;
  statement.text = Capitalized(std::move(result));
  statements->push_back(std::move(statement));
}

// "My favorite food is sushi", "my hobbies are …", "chess is my passion".
void ExtractMine(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  std::size_t at = MatchPhrase(sentence, clause.verb,
                               "hobbies|hobby|interests|interest|pastime|pastimes|passion|passions "
                               "is|are|include|includes");
  if (at != kNoMatch) {
    for (const std::string& thing : ReadObjects(sentence, at))
      Add(statements, Kind::kLike, "Likes", thing);
    return;
  }
  at = MatchPhrase(sentence, clause.verb, "favorite|favourite|fav|favorites|favourites");
  if (at == kNoMatch) return;
  std::size_t is = at;
  while (is < sentence.words.size() && is < at + 6 &&
         !Among(sentence.words[is].text, "is are include"))
    ++is;
  if (is >= sentence.words.size() || !Among(sentence.words[is].text, "is are include")) return;
  if (AnyAmong(sentence, at, is, "part thing way one about")) return;
  const std::string what = InThirdPerson(sentence, at, is);
  const bool plural = sentence.words[is].text != "is";
  for (const std::string& thing : ReadObjects(sentence, is + 1)) {
    Add(statements, Kind::kLike, what.empty() || plural ? "Likes" : "Favorite " + what + " is",
        thing);
    if (!what.empty() && !plural) break;
  }
}

// The subject before the clause: "Knitting is my passion".
void ExtractWhatIsMine(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  if (!Among(sentence.words[clause.subject].text, "my")) return;
  if (clause.subject < 2 || clause.subject > 6 ||
      !Among(sentence.words[clause.subject - 1].text, "is are"))
    return;
  if (!Among(sentence.words[clause.verb].text, "favorite favourite passion hobby hobbies")) return;
  const std::string thing = ReadObject(sentence, 0, clause.subject - 1);
  if (!thing.empty()) Add(statements, Kind::kLike, "Likes", thing);
}

}  // namespace

void ExtractTastes(const Clause& clause, std::vector<Statement>* statements) {
  const std::string_view subject = clause.sentence.words[clause.subject].text;
  if (clause.verb >= clause.sentence.words.size()) return;
  if (subject == "my") {
    ExtractMine(clause, statements);
    ExtractWhatIsMine(clause, statements);
  } else if (subject == "i") {
    if (!ExtractByRule(clause, statements)) ExtractHabit(clause, statements);
  }
}

}  // namespace soulprint
