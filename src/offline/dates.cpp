#include "offline/dates.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "offline/words.hpp"

namespace soulprint {
namespace {

using Kind = Statement::Kind;
using Days = std::chrono::sys_days;

constexpr std::string_view kMonths =
    "january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec";
constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kNumbers = {
    "a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "an"};

// Nouns of events.
constexpr std::string_view kEvents =
    "birthday anniversary exam exams interview appointment wedding flight presentation deadline "
    "surgery operation graduation trip vacation holiday meeting marathon race concert party "
    "conference audition recital speech test finals tournament match performance defense move";

// Verbs with a date in the future, and with a year in the past.
constexpr std::string_view kComing =
    "flying travelling traveling moving leaving starting graduating visiting going getting taking "
    "having running giving hosting meeting marrying giving presenting travel visit move start go";
constexpr std::string_view kPast =
    "graduated started moved married retired joined bought met founded finished born adopted quit "
    "diagnosed launched lost became began got left";

bool IsNumber(std::string_view word, std::size_t max_digits) {
  return !word.empty() && word.size() <= max_digits &&
         word.find_first_not_of("0123456789") == std::string_view::npos;
}

int ToNumber(std::string_view word) {
  int number = 0;
  for (const char c : word) number = number * 10 + (c - '0');
  return number;
}

bool IsDay(std::string_view word) {
  if (word.size() > 2 && Among(word.substr(word.size() - 2), "st nd rd th")) word.remove_suffix(2);
  return IsNumber(word, 2) && ToNumber(word) >= 1 && ToNumber(word) <= 31;
}

bool IsYear(std::string_view word) {
  return word.size() == 4 && IsNumber(word, 4) && ToNumber(word) >= 1900 && ToNumber(word) < 2100;
}

bool IsIsoDate(std::string_view word) {
  return word.size() == 10 && word[4] == '-' && word[7] == '-' && IsYear(word.substr(0, 4)) &&
         IsNumber(word.substr(5, 2), 2) && IsNumber(word.substr(8, 2), 2);
}

std::optional<Days> ParseDay(std::string_view iso) {
  if (!IsIsoDate(iso)) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year(ToNumber(iso.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(ToNumber(iso.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(ToNumber(iso.substr(8, 2))))};
  if (!day.ok()) return std::nullopt;
  return Days(day);
}

std::string IsoDay(Days days) {
  const std::chrono::year_month_day day(days);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

class DateReader {
 public:
  DateReader(const Sentence& sentence, std::size_t end, std::string_view spoken_on)
      : sentence_(sentence), end_(end), spoken_on_(spoken_on), today_(ParseDay(spoken_on)) {}

  std::optional<FoundDate> At(std::size_t at) const {
    if (auto found = Calendar(at)) return found;
    return Relative(at);
  }

 private:
  std::string_view Word(std::size_t at) const {
    return at < end_ ? sentence_.words[at].text : std::string_view();
  }

  std::string_view Before(std::size_t at) const {
    return at == 0 ? std::string_view() : sentence_.words[at - 1].text;
  }

  FoundDate AsSaid(std::size_t begin, std::size_t end) const {
    return {InThirdPerson(sentence_, begin, end), begin, end};
  }

  // "March 3rd, 2024", "3 March", "June 2021", "2019" after "in" or "since", "2024-03-20".
  std::optional<FoundDate> Calendar(std::size_t at) const {
    if (IsIsoDate(Word(at))) return AsSaid(at, at + 1);
    if (Among(Word(at), kMonths)) {
      std::size_t end = at + 1;
      if (IsDay(Word(end))) ++end;
      const std::size_t year = Word(end) == "," ? end + 1 : end;
      if (IsYear(Word(year))) end = year + 1;
      const bool named =
          sentence_.words[at].capital && Among(Before(at), "in on of since until this next by");
      if (end > at + 1 || named) return AsSaid(at, end);
      return std::nullopt;
    }
    if (IsDay(Word(at))) {
      const std::size_t month = Word(at + 1) == "of" ? at + 2 : at + 1;
      if (!Among(Word(month), kMonths)) return std::nullopt;
      return AsSaid(at, IsYear(Word(month + 1)) ? month + 2 : month + 1);
    }
    if (IsYear(Word(at)) && Among(Before(at), "in since until")) return AsSaid(at, at + 1);
    return std::nullopt;
  }

  FoundDate Exact(std::size_t begin, std::size_t end, int days) const {
    if (!today_) return AsSaid(begin, end);
    return {IsoDay(*today_ + std::chrono::days(days)), begin, end};
  }

  FoundDate Vague(std::size_t begin, std::size_t end) const {
    FoundDate found = AsSaid(begin, end);
    if (today_) found.date += " (said " + std::string(spoken_on_) + ")";
    return found;
  }

  std::optional<FoundDate> Relative(std::size_t at) const {
    const std::string_view word = Word(at);
    if (word == "tomorrow") return Exact(at, at + 1, 1);
    if (word == "in") return InSoLong(at);
    const bool weekday = WeekdayOf(Word(at + 1)) >= 0;
    if (weekday && Among(word, "on this")) return Exact(at, at + 2, DaysUntil(Word(at + 1)));
    // "Next Friday" is the coming one to some people, the one after it to others.
    if (word == "next" &&
        (weekday || Among(Word(at + 1), "week weekend month year summer winter spring")))
      return Vague(at, at + 2);
    if (word == "this" && Among(Word(at + 1), "weekend summer winter autumn fall spring"))
      return Vague(at, at + 2);
    return std::nullopt;
  }

  static int WeekdayOf(std::string_view word) {
    const auto* found = std::find(kWeekdays.begin(), kWeekdays.end(), word);
    return found == kWeekdays.end() ? -1 : static_cast<int>(found - kWeekdays.begin());
  }

  int DaysUntil(std::string_view weekday) const {
    if (!today_) return 0;
    const int now = static_cast<int>(std::chrono::weekday(*today_).c_encoding());
    return (WeekdayOf(weekday) - now + 6) % 7 + 1;
  }

  // "in two weeks", "in 3 days": exact; "in a month" is not.
  std::optional<FoundDate> InSoLong(std::size_t at) const {
    int count = -1;
    if (IsNumber(Word(at + 1), 3)) count = ToNumber(Word(at + 1));
    const auto* number = std::find(kNumbers.begin(), kNumbers.end(), Word(at + 1));
    if (number != kNumbers.end()) count = std::max(1, static_cast<int>(number - kNumbers.begin()));
    if (Among(Word(at + 1), "a an")) count = 1;
    if (count < 1) return std::nullopt;
    if (Among(Word(at + 2), "day days")) return Exact(at, at + 3, count);
    if (Among(Word(at + 2), "week weeks")) return Exact(at, at + 3, count * 7);
    if (Among(Word(at + 2), "month months year years")) return Vague(at, at + 3);
    return std::nullopt;
  }

  const Sentence& sentence_;
  std::size_t end_;
  std::string_view spoken_on_;
  std::optional<Days> today_;
};

void Add(std::vector<Statement>* statements, std::string event, std::string date) {
  Statement statement;
  statement.kind = Kind::kDate;
  statement.text = Capitalized(std::move(event));
  statement.more = std::move(date);
  statements->push_back(std::move(statement));
}

std::string_view DayOnly(std::string_view spoken_on) {
  return IsIsoDate(spoken_on) ? spoken_on : "";
}

// The event between words `at` and the date: "their first interview".
std::string ReadEvent(const Sentence& sentence, std::size_t at, const FoundDate& found,
                      std::size_t end) {
  const std::size_t stop = found.begin > at ? found.begin : end;
  const std::size_t begin = found.begin > at ? at : found.end;
  std::size_t last = begin;
  while (last < stop && last - begin < 10 && !Among(sentence.words[last].text, ", and -")) ++last;
  while (last > begin &&
         Among(sentence.words[last - 1].text, "is on in at for scheduled coming up , are the"))
    --last;
  return InThirdPerson(sentence, begin, last);
}

// "Today is my birthday", "it's my friend's birthday today".
void ExtractToday(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  const std::size_t my = MatchPhrase(sentence, clause.verb, "is my");
  if (my == kNoMatch || DayOnly(clause.spoken_on).empty()) return;
  if (IsWord(sentence, clause.subject, "it") && !AnyAmong(sentence, my, my + 6, "today")) return;
  for (std::size_t i = my; i < std::min(my + 4, sentence.words.size()); ++i) {
    if (!Among(sentence.words[i].text, "birthday anniversary")) continue;
    return Add(statements, InThirdPerson(sentence, my, i + 1), std::string(clause.spoken_on));
  }
}

// "My interview is on Friday", "my wife's birthday is March 3rd".
void ExtractMyEvent(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  std::size_t noun = clause.verb;
  while (noun < std::min(sentence.words.size(), clause.verb + 5) &&
         !Among(sentence.words[noun].text, kEvents))
    ++noun;
  if (noun >= std::min(sentence.words.size(), clause.verb + 5)) return;
  const std::string event = InThirdPerson(sentence, clause.verb, noun + 1);
  const std::size_t stop = std::min(sentence.words.size(), noun + 8);
  if (IsWord(sentence, noun + 1, "is") && IsWord(sentence, noun + 2, "today")) {
    if (!DayOnly(clause.spoken_on).empty()) Add(statements, event, std::string(clause.spoken_on));
    return;
  }
  if (!AnyAmong(sentence, noun + 1, noun + 3, "is are on in")) return;
  if (const auto found = FindDate(sentence, noun + 1, stop, clause.spoken_on))
    Add(statements, event, found->date);
}

// "I was born on …", "I'm flying to Rome on Friday", "I graduated in 2018", "I have an exam
// tomorrow".
void ExtractEvent(const Clause& clause, std::vector<Statement>* statements) {
  const Sentence& sentence = clause.sentence;
  if (AnyAmong(sentence, clause.verb, clause.end, "not never would might may could you your"))
    return;
  std::size_t verb = clause.verb;
  while (verb < clause.end && (sentence.words[verb].adverb ||
                               Among(sentence.words[verb].text, "am are have was been will got"))) {
    if (sentence.words[verb].text == "got" && !IsWord(sentence, verb + 1, "a")) break;
    ++verb;
  }
  if (verb >= clause.end) return;
  const auto found = FindDate(sentence, verb, clause.end, clause.spoken_on);
  if (!found) return;
  const bool past = Among(sentence.words[verb].text, kPast);
  const bool coming = Among(sentence.words[verb].text, kComing);
  const bool event = Among(sentence.words[verb].text, "a an my another") &&
                     AnyAmong(sentence, verb, clause.end, kEvents);
  if (!past && !coming && !event) return;
  const std::string result = ReadEvent(sentence, event ? verb + 1 : verb, *found, clause.end);
  if (result.size() > 2) Add(statements, result, found->date);
}

}  // namespace

std::optional<FoundDate> FindDate(const Sentence& sentence, std::size_t begin, std::size_t end,
                                  std::string_view spoken_on) {
  const DateReader reader(sentence, std::min(end, sentence.words.size()), spoken_on);
  for (std::size_t at = begin; at < std::min(end, sentence.words.size()); ++at) {
    auto found = reader.At(at);
    if (!found) continue;
    while (found->begin > begin &&
           Among(sentence.words[found->begin - 1].text, "on in since the of at by")) {
      --found->begin;
    }
    return found;
  }
  return std::nullopt;
}

void ExtractDates(const Clause& clause, std::vector<Statement>* statements) {
  const std::string_view subject = clause.sentence.words[clause.subject].text;
  if (Among(subject, "today it")) {
    ExtractToday(clause, statements);
  } else if (subject == "my") {
    ExtractMyEvent(clause, statements);
  } else {
    ExtractEvent(clause, statements);
  }
}

}  // namespace soulprint
