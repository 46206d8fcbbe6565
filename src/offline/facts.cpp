#include "offline/facts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "offline/rank.hpp"
#include "offline/sentences.hpp"
#include "pipeline/facts.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostFacts = 12;  // of one conversation
constexpr std::int64_t kDay = 86400LL * 1000 * 1000;

struct Found {
  std::string text;
  std::string date;
  Rank rank;
  std::size_t place;
};

// The day that "yesterday", "3 weeks ago", "on Friday" or "2024-05-03" means when said on a day,
// "in 2018" its year; "" if the sentence names none, or the day on which it was said is unknown.
std::string DateIn(const Words& words, Time said) {
  constexpr std::string_view kWeek = "thursday friday saturday sunday monday tuesday wednesday";
  const auto is = [&](std::size_t at, std::string_view list) {
    return at < words.size() && Among(words[at].text, list);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const bool digits = word.find_first_not_of("0123456789-") == std::string::npos;
    if (digits && word.size() == 10 && ParseTime(word)) return word;
    if (i > 0 && is(i - 1, "in since") && digits && word.size() == 4 &&
        (word[0] == '1' || word[0] == '2'))
      return word;
    if (!said) continue;
    const auto after = [&](std::int64_t days) { return FormatDate(*said + days * kDay); };
    if (is(i, "yesterday 昨")) return after(-1);
    if (is(i, "today tonight 今") && !is(i + 1, "年")) return after(0);
    if (is(i, "tomorrow 明") && !is(i + 1, "年")) return after(1);
    const std::int64_t unit = is(i + 1, "day days") ? 1 : is(i + 1, "week weeks") ? 7 : 0;
    const std::int64_t count = is(i, "a one")              ? 1
                               : is(i, "two")              ? 2
                               : digits && word.size() < 4 ? std::atoi(word.c_str())
                                                           : 0;
    if (unit * count > 0 && is(i + 2, "ago")) return after(-unit * count);
    if (unit * count > 0 && i > 0 && is(i - 1, "in")) return after(unit * count);
    const std::size_t name = Among(word, kWeek) ? kWeek.find(word) : std::string_view::npos;
    if (name == std::string_view::npos || i == 0 || !is(i - 1, "on this next last")) continue;
    const std::int64_t weekday =
        std::count(kWeek.begin(), kWeek.begin() + static_cast<std::ptrdiff_t>(name), ' ');
    const std::int64_t ahead = ((weekday - *said / kDay) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    if (is(i - 1, "last")) return after(ahead == 0 ? -7 : ahead - 7);
    return after(ahead == 0 ? 7 : ahead);
  }
  return "";
}

std::vector<Found> FactsOf(const json& conversation) {
  std::vector<Found> found;
  Time day = ParseTime(conversation.value("date", ""));
  for (const json& message : conversation.at("messages")) {
    if (message.contains("date")) day = ParseTime(message.at("date").get_ref<const std::string&>());
    if (message.at("role").get_ref<const std::string&>() != "user") continue;
    const OwnWords own = ToOwnWords(message.at("text").get_ref<const std::string&>());
    for (const Sentence& sentence : own.sentences) {
      const std::optional<Rank> rank = RankSentence(sentence);
      if (rank)
        found.push_back(
            {std::string(sentence.text), DateIn(sentence.words, day), *rank, found.size()});
    }
    if (own.part) break;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.rank.score > b.rank.score; });
  Likeness known;
  std::erase_if(found, [&](const Found& fact) { return !known.AddNew(fact.text); });
  if (found.size() > kMostFacts) found.erase(found.begin() + kMostFacts, found.end());
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.place < b.place; });
  return found;
}

void AddFact(const Found& fact, ordered_json* answer) {
  Category category = fact.rank.category;
  if (category == Category::kDates && fact.date.empty()) category = Category::kPerson;
  ordered_json item = {{std::string(FieldNames(category)[0]), fact.text},
                       {"quote", fact.text},
                       {"importance", fact.rank.importance}};
  if (category == Category::kDates) item["date"] = fact.date;
  (*answer)[std::string(CategoryName(category))].push_back(std::move(item));
}

}  // namespace

std::string AnswerFacts(std::string_view material) {
  ordered_json answer;
  for (const Category category : kCategories)
    answer[std::string(CategoryName(category))] = ordered_json::array();
  try {
    const json document = json::parse(material);
    const auto many = document.find("conversations");
    const json conversations =
        many == document.end() ? json::array({document.at("conversation")}) : *many;
    for (const json& conversation : conversations) {
      for (const Found& fact : FactsOf(conversation)) AddFact(fact, &answer);
    }
  } catch (const json::exception& e) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "material of the facts question is not a conversation")
        .Detail(e.what());
  }
  return DumpJson(answer);
}

}  // namespace soulprint
