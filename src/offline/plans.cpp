#include "offline/plans.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "offline/objects.hpp"
#include "offline/words.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;

constexpr std::size_t kMaxProjectWords = 12;
constexpr std::size_t kMinBeliefWords = 5;
constexpr std::size_t kMaxBeliefWords = 28;

// "I" + phrase + object ──► tells + object.
struct Rule {
  std::string_view phrase;
  std::string_view tells;
  std::size_t keeps = 0;  // last words of the phrase that are part of the object
};

constexpr std::array<Rule, 36> kProjects = {{
    {"am working on", "Working on"},
    {"have been working on", "Working on"},
    {"am building", "Building"},
    {"have been building", "Building"},
    {"am developing", "Developing"},
    {"have been developing", "Developing"},
    {"am designing", "Designing"},
    {"am writing", "Writing"},
    {"have been writing", "Writing"},
    {"am creating", "Creating"},
    {"am renovating", "Renovating"},
    {"am organizing|organising", "Organizing"},
    {"am launching", "Launching"},
    {"am learning", "Learning"},
    {"have been learning", "Learning"},
    {"started|began learning", "Learning"},
    {"started|began to learn", "Learning"},
    {"have started learning", "Learning"},
    {"want to learn", "Wants to learn"},
    {"am studying", "Studying"},
    {"have been studying", "Studying"},
    {"started studying", "Studying"},
    {"am practicing|practising", "Practicing"},
    {"have been practicing|practising", "Practicing"},
    {"am preparing for", "Preparing for"},
    {"have been preparing for", "Preparing for"},
    {"am training for", "Training for"},
    {"have been training for", "Training for"},
    {"am planning a|an|my", "Planning", 1},
    {"have been planning a|an|my", "Planning", 1},
    {"am planning to|on", "Planning to"},
    {"plan to|on", "Planning to"},
    {"want|hope to become|visit|travel|publish", "Wants to", 1},
    {"would love to visit|travel|become", "Wants to", 1},
    {"want to be a|an", "Wants to be", 1},
    {"want to build|write|start|open|run my", "Wants to", 2},
}};

// Decisions: "I" + phrase ──► tells + the rest of the clause.
constexpr std::array<Rule, 46> kDecisions = {{
    {"decided to", "Decided to"},
    {"have decided to", "Decided to"},
    {"decided on|against", "Decided on"},
    {"have decided on|against", "Decided on"},
    {"made a|the decision to", "Decided to"},
    {"have made a|the decision to", "Decided to"},
    {"chose", "Chose"},
    {"have chosen", "Chose"},
    {"ended up", "Ended up"},
    {"am going to quit|move|marry|resign|retire|apply|enroll|join|sell|switch|propose|adopt|invest|"
     "become|launch|publish|stop|study|buy|leave|start",
     "Is going to", 1},
    {"will quit|move|marry|resign|retire|enroll|sell|propose|adopt|launch|publish", "Will", 1},
    {"quit", "Quit"},
    {"have quit", "Quit"},
    {"gave up", "Gave up"},
    {"stopped", "Stopped"},
    {"registered for|in", "Registered for"},
    {"signed up for", "Signed up for"},
    {"have signed up for", "Signed up for"},
    {"enrolled in|at", "Enrolled in"},
    {"have enrolled in|at", "Enrolled in"},
    {"applied for|to", "Applied for"},
    {"have applied for|to", "Applied for"},
    {"joined", "Joined"},
    {"have joined", "Joined"},
    {"switched to|from", "Switched to"},
    {"have switched to", "Switched to"},
    {"bought a|an", "Bought", 1},
    {"have bought a|an", "Bought", 1},
    {"adopted", "Adopted"},
    {"got married|engaged|divorced|promoted|accepted|hired|fired|laid", "Got", 1},
    {"am getting married|divorced|engaged", "Is getting", 1},
    {"got a job", "Got a job"},
    {"have got a job", "Got a job"},
    {"got a|an offer|promotion|scholarship|interview|internship", "Got", 2},
    {"accepted a|an|the job|offer|position", "Accepted", 2},
    {"have accepted a|an|the job|offer|position", "Accepted", 2},
    {"passed a|an|my|the", "Passed", 1},
    {"have passed a|an|my|the", "Passed", 1},
    {"graduated", "Graduated"},
    {"have graduated", "Graduated"},
    {"retired", "Retired"},
    {"started a|my|an", "Started", 1},
    {"have started a|my|an", "Started", 1},
    {"founded|launched|published", "Launched"},
    {"resigned", "Resigned"},
    {"dropped out", "Dropped out"},
}};

constexpr std::array<std::string_view, 6> kBeliefs = {
    "think|believe", "believe|think|feel that",      "am convinced that|of",
    "am convinced",  "have always believed|thought", "find that"};

// Plans of the moment or about this chat, which are not worth remembering.
constexpr std::string_view kOfTheMoment =
    "you your yours tonight now today yesterday this it them these those that suggestion "
    "suggestions "
    "advice method methods recommendation recommendations question answer ai chat chatting again "
    "soon something anything some things what lunch dinner breakfast bed someday him her he she "
    "them able";

constexpr std::string_view kTrivialPlans =
    "walk movie rest sleep relax ask talk chat share eat try use "
    "know discuss see look check read find get watch";

constexpr std::string_view kVerbsOfBeliefs =
    "is are can should must need needs makes make has have helps help will means mean matters "
    "matter "
    "does do deserves deserve causes leads requires comes isn't aren't";

constexpr std::string_view kNoBelief =
    "you your yourself so it that this these those they he she him her i we there here my what how "
    "if "
    "something someone maybe perhaps yes no not too such one its their me ai mine our us am";

void Add(std::vector<Statement>* statements, Kind kind, std::string text, std::string more = "") {
  Statement statement;
  statement.kind = kind;
  statement.text = std::move(text);
  statement.more = std::move(more);
  statements->push_back(std::move(statement));
}

// The end of a plan: the end of the clause, or a comma that is not part of a list.
std::size_t PlanEnd(const Sentence& sentence, std::size_t at) {
  const std::size_t end = ClauseEnd(sentence, at);
  std::size_t stop = at;
  while (stop < end && !Among(sentence.words[stop].text, ", lately recently currently") &&
         !(IsWord(sentence, stop, "and") &&
           AnyAmong(sentence, stop + 1, stop + 2, "feeling trying it's"))) {
    ++stop;
  }
  while (stop > at && (sentence.words[stop - 1].adverb ||
                       Among(sentence.words[stop - 1].text, "well next up as , and for right"))) {
    --stop;
  }
  return stop;
}

std::string ReadPlan(const Sentence& sentence, std::size_t at, std::size_t stop) {
  if (stop == at || stop - at > kMaxProjectWords) return "";
  if (AnyAmong(sentence, at, stop, kOfTheMoment)) return "";
  if (stop == at + 1 && sentence.words[at].text.size() < 3) return "";
  return InThirdPerson(sentence, at, stop);
}

bool IsTrivial(const Sentence& sentence, std::size_t at, std::size_t stop) {
  if (Among(sentence.words[at].text, kTrivialPlans)) return true;
  return AnyAmong(sentence, at, stop, "walk movie movies rest dishes dish skill shopping skills");
}

void ExtractProject(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  for (const Rule& rule : kProjects) {
    std::size_t behind = MatchPhrase(sentence, clause.verb, rule.phrase);
    if (behind == kNoMatch) continue;
    if (IsWord(sentence, behind, "how") && IsWord(sentence, behind + 1, "to")) ++behind;
    const std::size_t at = behind - rule.keeps;
    const std::size_t stop = PlanEnd(sentence, behind);
    if (stop <= behind) return;
    const bool plan = rule.tells == "Planning to" || rule.tells == "Wants to";
    if (plan && (IsTrivial(sentence, at, stop) || stop - at < 2)) return;
    if (Among(sentence.words[behind].text, "more") && stop - behind < 3) return;
    if (Among(sentence.words[stop - 1].text, "skill skills thing stuff lot knowledge able do"))
      return;
    const std::string what = ReadPlan(sentence, at, stop);
    if (what.empty()) return;
    const bool going = rule.tells == "Planning to" && sentence.words[behind - 1].text == "on";
    Add(statements, Kind::kProject, std::string(going ? "Planning on" : rule.tells) + " " + what);
    return;
  }
}

std::string ReadContext(const Sentence& sentence, std::size_t end) {
  for (std::size_t at = end; at < std::min(end + 2, sentence.words.size()); ++at) {
    if (!Among(sentence.words[at].text, "because since")) continue;
    std::size_t stop = at + 1;
    while (stop < sentence.words.size() && sentence.words[stop].kind != Word::Kind::kMark) ++stop;
    if (stop - at < 3 || stop - at > 25) return "";
    return InThirdPerson(sentence, at, stop);
  }
  return "";
}

void ExtractDecision(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  for (const Rule& rule : kDecisions) {
    const std::size_t behind = MatchPhrase(sentence, clause.verb, rule.phrase);
    if (behind == kNoMatch) continue;
    const std::size_t stop = PlanEnd(sentence, behind);
    std::string result(rule.tells);
    if (stop > behind || rule.keeps > 0) {
      const std::size_t at = behind - rule.keeps;
      if (Among(rule.tells, "Started Stopped Joined Chose") && stop - behind < 1) return;
      if (rule.tells == "Decided to" && Among(sentence.words[at].text, kTrivialPlans)) return;
      const std::string what = ReadPlan(sentence, at, std::max(stop, behind));
      if (what.empty()) return;
      result += " " + what;
    } else if (!Among(rule.tells, "Graduated Retired Resigned") &&
               result.find(' ') == std::string::npos) {
      return;
    }
    Add(statements, Kind::kDecision, result, ReadContext(sentence, ClauseEnd(sentence, behind)));
    return;
  }
}

void ExtractBelief(const Clause& clause, std::size_t at, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  if (IsWord(sentence, at, "that")) ++at;
  if (AnyAmong(sentence, at, at + 1, "is was would will are")) return;  // "that's great"
  std::size_t stop = at;
  // A comma ends a belief only if the sentence then turns to something else.
  while (stop < sentence.words.size()) {
    const Word& word = sentence.words[stop];
    if (word.kind == Word::Kind::kMark && !Among(word.text, ", - ' / & %")) break;
    if (Among(word.text, "but because though although however so while")) break;
    ++stop;
  }
  while (stop > at && Among(sentence.words[stop - 1].text, ", and -")) --stop;
  if (stop < at + kMinBeliefWords || stop > at + kMaxBeliefWords) return;
  if (Among(sentence.words[at].text, kNoBelief)) return;
  if (AnyAmong(sentence, at, stop,
               "you your you're i me my this today it's these yesterday am ai here"))
    return;
  if (IsWord(sentence, at, "the") || IsWord(sentence, at, "a") || IsWord(sentence, at, "an")) {
    if (AnyAmong(sentence, at, at + 4,
                 "most best first movie film book plot part answer scenery main idea code "
                 "problem issue last one author main error")) {
      return;
    }
  }
  if (!AnyAmong(sentence, at, stop, kVerbsOfBeliefs)) return;
  if (AnyAmong(sentence, at, at + 3, "it he she they there that those")) return;
  Add(statements, Kind::kBelief, "Believes that " + InThirdPerson(sentence, at, stop));
}

void ExtractBeliefs(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  if (IsWord(sentence, clause.subject, "my")) {
    const bool in = clause.subject > 0 && IsWord(sentence, clause.subject - 1, "in");
    const std::size_t at = MatchPhrase(sentence, clause.verb, "opinion|view|experience ,");
    if (in && at != kNoMatch) ExtractBelief(clause, at, statements);
    return;
  }
  for (const std::string_view phrase : kBeliefs) {
    const std::size_t at = MatchPhrase(sentence, clause.verb, phrase);
    if (at != kNoMatch) return ExtractBelief(clause, at, statements);
  }
}

}  // namespace

void ExtractPlans(const Clause& clause, std::vector<Statement>* statements) {
  const std::string_view subject = clause.sentence.words[clause.subject].text;
  if (subject == "my") return ExtractBeliefs(clause, statements);
  if (subject != "i" && subject != "we") return;
  ExtractProject(clause, statements);
  ExtractDecision(clause, statements);
  if (subject == "i") ExtractBeliefs(clause, statements);
}

}  // namespace soulprint
