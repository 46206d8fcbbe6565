#include "offline/activities.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "offline/words.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kReach = 7;  // words between a verb and its object

// One of `verbs` and, within reach, one of `things` ("" = the verb is enough).
struct Activity {
  std::string_view verbs;
  std::string_view things;
  std::string_view name;
};

constexpr std::array<Activity, 31> kActivities = {{
    {"went go going gone go-to took take taking", "walk walks stroll", "taking walks"},
    {"went go going gone running", "run runs jog running jogging", "running"},
    {"went go going gone", "hike hikes hiking", "hiking"},
    {"went go going gone", "swim swimming pool", "swimming"},
    {"went go going gone", "climbing bouldering", "climbing"},
    {"went go going gone", "skiing", "skiing"},
    {"went go going gone", "snowboarding", "snowboarding"},
    {"went go going gone", "surfing", "surfing"},
    {"went go going gone", "fishing", "fishing"},
    {"went go going gone", "camping", "camping"},
    {"went go going gone rode riding", "cycling biking bike bicycle", "cycling"},
    {"went go going gone", "dancing", "dancing"},
    {"went go going gone exercise exercising exercised train", "gym", "working out"},
    {"went go going gone attended attend", "concert concerts gig", "going to concerts"},
    {"went go going gone visited visit attended", "museum museums gallery exhibition exhibitions",
     "visiting museums"},
    {"went go going gone", "movies cinema", "watching movies"},
    {"watch watched watching saw seen", "movie movies film films", "watching movies"},
    {"see go going", "movie film", "watching movies"},
    {"watch watched watching", "series show shows anime drama", "watching TV series"},
    {"read reading", "book books novel novels poetry poems memoir biography", "reading"},
    {"took take taking", "photos photo pictures photographs photography", "photography"},
    {"write writing wrote",
     "poem poems story stories novel essay blog songs poetry journal lyrics book", "writing"},
    {"cook cooked cooking", "", "cooking"},
    {"learned made tried learn make", "dish dishes recipe recipes noodles stew soup cuisine",
     "cooking"},
    {"bake baked baking", "", "baking"},
    {"traveled travelled traveling travelling", "", "traveling"},
    {"plan planning go going went took take taking", "trip travel vacation journey", "traveling"},
    {"visited visit explored", "city country island", "traveling"},
    {"painted painting", "", "painting"},
    {"draw drew drawing", "", "drawing"},
    {"knit knitting knitted", "", "knitting"},
}};

// Objects of "play", "practice" and "learn" that are pastimes by themselves.
constexpr std::string_view kPlayed =
    "guitar piano violin cello drums flute bass ukulele saxophone chess poker badminton basketball "
    "football soccer tennis golf volleyball baseball softball hockey rugby cricket squash pingpong "
    "table-tennis pool darts bridge go minecraft cards";
constexpr std::string_view kPracticed =
    "yoga meditation pilates karate judo boxing taekwondo kickboxing calligraphy pottery "
    "photography "
    "archery origami embroidery woodworking gardening swimming skiing surfing dancing singing "
    "climbing "
    "bouldering skateboarding snowboarding diving cycling badminton tennis shooting";

constexpr std::string_view kNegated =
    "not never no without hate dislike stopped quit used gave haven't hardly barely would could "
    "instead than rarely";

void Add(std::vector<Statement>* statements, std::string_view name) {
  const bool known =
      std::any_of(statements->begin(), statements->end(), [&](const Statement& said) {
        return said.kind == Statement::Kind::kActivity && said.thing == name;
      });
  if (known) return;
  Statement statement;
  statement.kind = Statement::Kind::kActivity;
  statement.text =
      "Spends time " + std::string(name.substr(0, 4) == "phot" ? "on " : "") + std::string(name);
  statement.thing = std::string(name);
  statements->push_back(std::move(statement));
}

void ExtractPlayed(const Clause& clause, std::size_t verb, std::vector<Statement>* statements) {
  const auto& words = clause.sentence.words;
  const bool plays =
      Among(words[verb].text, "play played playing practice practicing practise practising");
  const bool practices =
      Among(words[verb].text,
            "practice practiced practicing practise practising doing did do started "
            "learning learned registered joined tried playing for of");
  if (!plays && !practices) return;
  for (std::size_t i = verb + 1; i < std::min(clause.end, verb + 5); ++i) {
    if (plays && Among(words[i].text, kPlayed))
      Add(statements, "playing " + std::string(words[i].text));
    if (practices && Among(words[i].text, kPracticed)) Add(statements, words[i].text);
  }
}

// Finds the title of a work: "reading a novel called "Walden"".
void ExtractWork(const Clause& clause, std::size_t verb, std::vector<Statement>* statements) {
  const auto& words = clause.sentence.words;
  const bool reads = Among(words[verb].text, "read reading finished");
  if (!reads && !Among(words[verb].text, "watched watching saw seen watch")) return;
  for (std::size_t i = verb + 1; i < std::min(words.size(), verb + 2 * kReach); ++i) {
    if (words[i].kind == Word::Kind::kMark && !Among(words[i].text, ", :")) return;
    if (words[i].kind != Word::Kind::kQuoted) continue;
    if (Among(words[i - 1].text, "about of concept term word on")) return;
    Statement statement;
    statement.text =
        (reads ? "Has read " : "Has watched ") + InThirdPerson(clause.sentence, i, i + 1);
    return statements->push_back(std::move(statement));
  }
}

// Example: "I spend my free time reading".
void ExtractTimeSpent(const Clause& clause, std::size_t verb, std::vector<Statement>* statements) {
  const auto& words = clause.sentence.words;
  if (!Among(words[verb].text, "spend spending spent")) return;
  for (std::size_t i = verb + 1; i + 1 < std::min(clause.end, verb + 1 + kReach); ++i) {
    if (!Among(words[i].text, "time hours hour minutes day weekends evenings weekend days"))
      continue;
    const std::string_view doing = words[i + 1].text;
    if (doing.size() < 6 || doing.substr(doing.size() - 3) != "ing") continue;
    if (Among(doing, "trying thinking looking getting having doing worrying feeling waiting being"))
      return;
    std::size_t end = i + 2;
    while (end < clause.end && end < i + 5 && !Among(words[end].text, ", and in at on with for by"))
      ++end;
    if (AnyAmong(clause.sentence, i + 2, end, "one it this that these you")) return;
    return Add(statements, InThirdPerson(clause.sentence, i + 1, end));
  }
}

}  // namespace

void ExtractActivities(const Clause& clause, std::vector<Statement>* statements) {
  const auto& words = clause.sentence.words;
  if (!Among(words[clause.subject].text, "i we")) return;
  if (AnyAmong(clause.sentence, clause.verb, clause.end, kNegated)) return;
  for (std::size_t verb = clause.verb; verb < clause.end; ++verb) {
    if (words[verb].text.size() < 2) continue;
    for (const Activity& activity : kActivities) {
      if (!Among(words[verb].text, activity.verbs)) continue;
      const std::size_t end = std::min(clause.end, verb + 1 + kReach);
      if (activity.things.empty() || AnyAmong(clause.sentence, verb + 1, end, activity.things)) {
        Add(statements, activity.name);
      }
    }
    ExtractPlayed(clause, verb, statements);
    ExtractWork(clause, verb, statements);
    ExtractTimeSpent(clause, verb, statements);
  }
}

}  // namespace soulprint
