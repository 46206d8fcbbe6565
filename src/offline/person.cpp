#include "offline/person.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "offline/objects.hpp"
#include "offline/words.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;

// Capitalized words after "I'm" that are not names.
constexpr std::string_view kNoNames =
    "happy sorry fine good tired here back sure glad from new american british english irish dutch "
    "french german italian spanish canadian russian australian brazilian indian chinese japanese "
    "korean mexican polish turkish swedish danish norwegian finnish greek portuguese african asian "
    "european christian muslim jewish catholic hindu buddhist vegan vegetarian excited bored "
    "lonely "
    "great okay ok well sad ill sick busy ready done lost stuck confused curious very so not "
    "really "
    "just also in at on a an the no yes lol ai gay bisexual trans straight single married divorced "
    "pregnant hungry honestly actually interested user me your my black white latino latina "
    "republican "
    "democrat libertarian autistic neurodivergent retired unemployed everyone all nobody libra leo "
    "aries taurus gemini cancer virgo scorpio sagittarius capricorn aquarius pisces what why how";

constexpr std::string_view kHousehold =
    "wife husband girlfriend boyfriend fiance fiancee partner spouse daughter son baby kid kids "
    "children child daughters sons twins brother brothers sister sisters grandson granddaughter "
    "grandchildren stepson stepdaughter dog dogs cat cats puppy kitten rabbit parrot horse horses "
    "hamster turtle goldfish pet pets roommate niece nephew";

constexpr std::string_view kOthers =
    "mother father mom dad mum parents grandmother grandfather grandma grandpa grandparents aunt "
    "uncle cousin cousins boss manager friend friends colleague colleagues coworker coworkers "
    "teacher neighbor neighbour family supervisor mentor therapist coach trainer classmates "
    "ex-wife "
    "ex-husband in-laws";

// Occupations without a typical ending.
constexpr std::string_view kOccupations =
    "nurse student chef cook pilot lawyer attorney doctor dentist vet veterinarian accountant "
    "architect mechanic plumber electrician secretary clerk cashier janitor librarian musician "
    "politician technician physician surgeon soldier marine coach judge guard model nanny maid "
    "freelancer consultant assistant analyst receptionist therapist paramedic journalist "
    "entrepreneur intern apprentice firefighter policeman policewoman fisherman salesman "
    "salesperson "
    "professor scientist researcher mom housewife homemaker stay-at-home undergraduate postdoc phd "
    "barista bartender waiter waitress stylist barber realtor rancher CEO CTO founder developer "
    "programmer sysadmin executive agent associate specialist dev sophomore freshman";

constexpr std::string_view kOccupationEndings =
    "eer ist tor ter ner ger der cer ler mer ver ker per";

// Nouns that end like occupations but are none.
constexpr std::string_view kNoOccupations =
    "beginner teenager father mother brother sister lover believer reader member newcomer user "
    "loser "
    "sucker stranger foreigner number order matter letter little better newer winner hater quitter "
    "learner owner minor dreamer thinker sinner starter supporter character monster fighter "
    "perfectionist feminist optimist pessimist realist introvert atheist communist socialist "
    "speaker customer over under never leader loner drinker smoker eater feeder sleeper planner "
    "person listener gamer walker fan outsider insider extrovert believer survivor disaster "
    "daughter "
    "twitter sitter computer mirror error major junior senior danger tester buyer seller visitor "
    "vegetarian master after later bummer dancer singer hiker runner climber swimmer surfer skier "
    "collector cyclist player baker painter pianist guitarist drummer camper sailor jogger "
    "activist";

// Nouns for a person with a pastime: "I'm a runner" is an interest, not a job.
constexpr std::string_view kPastimes =
    "dancer singer hiker runner climber swimmer surfer skier collector cyclist baker painter "
    "pianist "
    "guitarist drummer camper jogger gamer activist gardener photographer birdwatcher";

constexpr std::string_view kTraits =
    "vegan vegetarian pescatarian christian muslim jewish catholic hindu buddhist atheist "
    "introvert "
    "extrovert introverted extroverted colorblind dyslexic diabetic autistic left-handed married "
    "divorced single pregnant bilingual american canadian british gay bisexual perfectionist "
    "retired unemployed celiac";

void Add(std::vector<Statement>* statements, Kind kind, std::string text, std::string thing) {
  Statement statement;
  statement.kind = kind;
  statement.text = std::move(text);
  statement.thing = std::move(thing);
  statements->push_back(std::move(statement));
}

bool IsName(const Word& word) {
  return word.kind == Word::Kind::kWord && word.capital && word.text.size() >= 2 &&
         word.text.size() <= 20 && !Among(word.text, kNoNames) && !Among(word.text, "i") &&
         word.text.find_first_of("0123456789_@#+.") == std::string_view::npos;
}

// The end of the run of at most three names at words[at].
std::size_t NamesEnd(const Sentence& sentence, std::size_t at) {
  std::size_t end = at;
  while (end < sentence.words.size() && end < at + 3 && IsName(sentence.words[end]) &&
         (end == at || sentence.words[end].begin == sentence.words[end - 1].end + 1)) {
    ++end;
  }
  return end;
}

bool EndsPhrase(const Sentence& sentence, std::size_t at) {
  return at >= sentence.words.size() || sentence.words[at].kind == Word::Kind::kMark ||
         Among(sentence.words[at].text, "and but from by nice so because");
}

void ExtractName(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  const bool my = sentence.words[clause.subject].text == "my";
  std::size_t at = MatchPhrase(sentence, clause.verb, my ? "name is" : "am");
  if (my && at == kNoMatch) at = MatchPhrase(sentence, clause.verb, "first|full name is");
  if (!my && at == kNoMatch) at = MatchPhrase(sentence, clause.verb, "am called|named");
  if (at == kNoMatch) return;
  const std::size_t end = NamesEnd(sentence, at);
  // "I'm Emily" counts only in a greeting: "I'm Dutch" is not a name.
  if (end == at || (!my && (!clause.greeting || !EndsPhrase(sentence, end)))) return;
  const std::string name = InThirdPerson(sentence, at, end);
  Add(statements, Kind::kName, "Name is " + name, name);
}

// A place: capitalized words ("San Francisco, California", "Rio de Janeiro"), or a few words.
std::string ReadPlace(const Sentence& sentence, std::size_t at) {
  const auto& words = sentence.words;
  const std::size_t begin = at;
  if (IsWord(sentence, at, "the") && at + 1 < words.size() && words[at + 1].capital) ++at;
  std::size_t end = at;
  while (end < words.size() && end < at + 6) {
    const bool inner = end > at && end + 1 < words.size() && words[end + 1].capital &&
                       Among(words[end].text, ", de la of upon the");
    if (!words[end].capital && !inner) break;
    if (inner && words[end].text == "," && NamesEnd(sentence, end + 1) == end + 1) break;
    ++end;
  }
  if (end > at) return InThirdPerson(sentence, begin, end);
  const std::size_t stop = std::min(ClauseEnd(sentence, at), at + 6);
  end = at;
  while (end < stop &&
         !Among(words[end].text, ", and with for now my at right currently all since"))
    ++end;
  if (end - at < 1 || end - at > 4 ||
      AnyAmong(sentence, at, end,
               "it this that there here you your fear past "
               "moment world peace house one same my another new")) {
    return "";
  }
  return InThirdPerson(sentence, at, end);
}

struct PlaceRule {
  std::string_view phrase;
  Kind kind;
  std::string_view tells;
};

void ExtractPlace(const Clause& clause, std::vector<Statement>* statements) {
  constexpr std::array<PlaceRule, 10> kRules = {{
      {"live|reside in", Kind::kPlace, "Lives in"},
      {"am living|residing|based|located in", Kind::kPlace, "Lives in"},
      {"have lived in", Kind::kPlace, "Has lived in"},
      {"have been living in", Kind::kPlace, "Lives in"},
      {"moved to", Kind::kPlace, "Moved to"},
      {"have moved to", Kind::kPlace, "Moved to"},
      {"am from", Kind::kOrigin, "Is from"},
      {"come from", Kind::kOrigin, "Is from"},
      {"grew up in", Kind::kOrigin, "Grew up in"},
      {"was born in", Kind::kOrigin, "Was born in"},
  }};
  for (const PlaceRule& rule : kRules) {
    const std::size_t at = MatchPhrase(clause.sentence, clause.verb, rule.phrase);
    if (at == kNoMatch) continue;
    const std::string place = ReadPlace(clause.sentence, at);
    const bool year = !place.empty() && place[0] >= '0' && place[0] <= '9';
    if (!place.empty() && !year)
      Add(statements, rule.kind, std::string(rule.tells) + " " + place, place);
    return;
  }
}

bool IsOccupation(std::string_view word) {
  if (Among(word, kOccupations)) return true;
  return word.size() > 4 && Among(word.substr(word.size() - 3), kOccupationEndings) &&
         !Among(word, kNoOccupations);
}

// "I'm a senior software engineer at Acme": from the article to the noun.
bool ExtractWhatIAm(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  std::size_t at = MatchPhrase(sentence, clause.verb, "am a|an");
  if (at == kNoMatch) at = MatchPhrase(sentence, clause.verb, "work as a|an");
  if (at == kNoMatch) at = MatchPhrase(sentence, clause.verb, "am working as a|an");
  if (at == kNoMatch) return false;
  const std::size_t stop = std::min(ClauseEnd(sentence, at), at + 5);
  std::size_t head = at;
  while (head < stop &&
         !Among(sentence.words[head].text, ", / with in at for from of who to living on by and"))
    ++head;
  if (head == at) return true;
  const std::string_view noun = sentence.words[head - 1].text;
  if (AnyAmong(sentence, at, head,
               "better good great bad terrible big huge little very pretty true real"))
    return true;
  const std::string what = InThirdPerson(sentence, at, head);
  const std::string article(sentence.words[at - 1].text);
  if (Among(noun, kPastimes)) {
    Add(statements, Kind::kLike, "Is " + article + " " + what, what);
  } else if (IsOccupation(noun) || (sentence.words[at - 2].text == "as" && noun.size() > 2)) {
    if (!Among(noun, kNoOccupations))
      Add(statements, Kind::kJob, "Is " + article + " " + what, what);
  } else if (Among(noun, kTraits)) {
    Add(statements, Kind::kTrait, "Is " + article + " " + what, what);
  }
  return true;
}

void ExtractJob(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  if (ExtractWhatIAm(clause, statements)) return;
  constexpr std::array<std::string_view, 8> kPhrases = {
      "work for|at|in", "am working for|at", "have been working at|for",
      "teach",          "am employed at|by", "run a|an|my",
      "own a|an|my",    "work with"};
  for (const std::string_view phrase : kPhrases) {
    const std::size_t at = MatchPhrase(sentence, clause.verb, phrase);
    if (at == kNoMatch) continue;
    const bool business =
        sentence.words[at - 1].text != "teach" && Among(phrase.substr(0, 3), "run own");
    const std::size_t end = ClauseEnd(sentence, at);
    if (business && !AnyAmong(sentence, at, end,
                              "business company shop store restaurant bakery farm startup "
                              "agency studio firm blog cafe")) {
      return;
    }
    std::size_t stop = at;
    while (stop < end && !Among(sentence.words[stop].text, ", and for since")) ++stop;
    const std::string place = ReadObject(sentence, business ? at - 1 : at, stop);
    if (place.empty() || stop - at > 6 ||
        AnyAmong(sentence, at, stop,
                 "home current years hours night nights days it week full part same least here")) {
      return;
    }
    const std::string verb =
        ThirdPersonVerb(MatchPhrase(sentence, clause.verb, "run|own|teach") != kNoMatch
                            ? phrase.substr(0, phrase.find(' '))
                            : "work");
    const std::string_view joint = sentence.words[at - 1].text;
    const std::string result = verb +
                               (verb == "works" ? " " + std::string(joint)
                                : business      ? " a"
                                                : "") +
                               " " + place;
    Add(statements, Kind::kJob, Capitalized(result), result);
    return;
  }
}

void ExtractAge(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  const std::size_t at = MatchPhrase(sentence, clause.verb, "am");
  if (at == kNoMatch || at >= sentence.words.size()) return;
  const std::string_view word = sentence.words[at].text;
  const bool number =
      word.size() == 2 && word.find_first_not_of("0123456789") == std::string_view::npos;
  if (number && (IsWord(sentence, at + 1, "years") || IsWord(sentence, at + 1, "yo") ||
                 EndsPhrase(sentence, at + 1))) {
    if (IsWord(sentence, at + 1, "%") || IsWord(sentence, at + 1, ".")) return;
    Add(statements, Kind::kTrait, "Is " + std::string(word) + " years old", "");
  } else if (Among(word, kTraits) && EndsPhrase(sentence, at + 1)) {
    const std::string what = InThirdPerson(sentence, at, at + 1);
    Add(statements, Among(word, "retired unemployed") ? Kind::kJob : Kind::kTrait, "Is " + what,
        what);
  }
}

// "my dog Rex", "my wife's name is Anna", "my son is called Tom".
void ExtractMyPerson(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  const auto& words = sentence.words;
  std::size_t noun = clause.verb;
  while (noun < words.size() && noun < clause.verb + 2 &&
         Among(words[noun].text,
               "older younger little big best eldest youngest oldest new late old")) {
    ++noun;
  }
  if (noun >= words.size()) return;
  std::string_view who = words[noun].text;
  const bool possessive = who.size() > 2 && who.substr(who.size() - 2) == "'s";
  if (possessive) who.remove_suffix(2);
  if (!Among(who, kHousehold) && !Among(who, kOthers)) return;
  std::size_t name = noun + 1;
  if (IsWord(sentence, name, ",")) ++name;
  if (possessive) name = MatchPhrase(sentence, noun + 1, "name is");
  const std::size_t called = MatchPhrase(sentence, noun + 1, "is|are|was called|named");
  if (!possessive && called != kNoMatch) name = called;
  const std::size_t end = name == kNoMatch ? 0 : NamesEnd(sentence, name);
  const std::string role = AsciiLower(InThirdPerson(sentence, clause.verb, noun)) +
                           (noun > clause.verb ? " " : "") + std::string(who);
  if (name != kNoMatch && end > name) {
    const std::string person = InThirdPerson(sentence, name, end);
    Add(statements, Kind::kPerson, "Their " + role + " is called " + person, role + " " + person);
  } else if (Among(who, kHousehold) || Among(who, kOthers)) {
    Add(statements, Kind::kPerson, "", role);
  }
}

// "I have two kids", "I have a dog named Rex".
void ExtractHave(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  const std::size_t at = MatchPhrase(sentence, clause.verb, "have|got|adopted");
  if (at == kNoMatch) return;
  const std::size_t end = ClauseEnd(sentence, at);
  std::size_t noun = at;
  while (noun < end && noun < at + 4 && !Among(sentence.words[noun].text, kHousehold)) ++noun;
  if (noun == at || noun >= end || !Among(sentence.words[noun].text, kHousehold)) return;
  if (!Among(sentence.words[at].text,
             "a an one two three four five six 2 3 4 5 6 no my some several"))
    return;
  if (noun + 1 < sentence.words.size() && !EndsPhrase(sentence, noun + 1) &&
      !Among(sentence.words[noun + 1].text, "named called who that with at too in now")) {
    return;
  }
  std::size_t stop = noun + 1;
  if (const std::size_t name = MatchPhrase(sentence, stop, "named|called"); name != kNoMatch) {
    stop = std::max(NamesEnd(sentence, name), stop);
  }
  const std::string what = InThirdPerson(sentence, at, stop);
  Add(statements, Kind::kPerson, "Has " + what, what);
}

}  // namespace

void ExtractPerson(const Clause& clause, std::vector<Statement>* statements) {
  const std::string_view subject = clause.sentence.words[clause.subject].text;
  if (subject == "i" || subject == "my") ExtractName(clause, statements);
  if (subject == "my") ExtractMyPerson(clause, statements);
  if (subject == "i" || subject == "we") {
    ExtractPlace(clause, statements);
    ExtractHave(clause, statements);
  }
  if (subject == "i") {
    ExtractJob(clause, statements);
    ExtractAge(clause, statements);
  }
}

}  // namespace soulprint
