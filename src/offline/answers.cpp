// Facts, changes, reduce and MEMORY; sections.cpp has the other answers.

#include "offline/answers.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "offline/cues.hpp"
#include "offline/lexicon.hpp"
#include "offline/sentences.hpp"
#include "offline/slots.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostFacts = 12;       // of one conversation
constexpr std::size_t kMemoryTokens = 3000;  // as the project's prompt asks for
constexpr std::size_t kHeadings = 300;       // characters that headings and empty lines take
constexpr std::size_t kBullet = 30;          // characters around a fact: its mark, the day
constexpr std::size_t kMostOvers = 50;       // statements that something is over, of one slot
constexpr std::int64_t kDay = 86400LL * 1000 * 1000;

struct Found {
  std::string text;
  std::string date;
  Rank rank;
  std::size_t place;
};

// The day that "yesterday", "3 weeks ago", "on Friday" or "2024-05-03" means when said on a day,
// the year of "in 2018"; "" if the sentence names none, or the day on which it was said is unknown.
std::string DateIn(const Words& words, Time said) {
  constexpr std::string_view kWeek = "thursday friday saturday sunday monday tuesday wednesday";
  const auto is = [&](std::size_t at, std::string_view list) {
    return at < words.size() && Among(words[at].text, list);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    const bool digits = word.find_first_not_of("0123456789-") == std::string::npos;
    if (digits && word.size() == 10 && ParseTime(word)) return word;
    if (digits && word.size() == 4 && i > 0 && is(i - 1, "in since")) return word;
    if (!said) continue;
    const auto after = [&](std::int64_t days) { return FormatDate(*said + days * kDay); };
    const bool day = !is(i + 1, "年");  // not "this year"
    if (is(i, "yesterday 昨") && day) return after(-1);
    if (is(i, "today tonight 今") && day) return after(0);
    if (is(i, "tomorrow 明") && day) return after(1);
    const std::int64_t unit = is(i + 1, "day days") ? 1 : is(i + 1, "week weeks") ? 7 : 0;
    const std::int64_t count = is(i, "a one")    ? 1
                               : is(i, "two")    ? 2
                               : word.size() < 4 ? std::atoi(word.c_str())
                                                 : 0;
    if (unit * count > 0 && is(i + 2, "ago")) return after(-unit * count);
    if (unit * count > 0 && i > 0 && is(i - 1, "in")) return after(unit * count);
    if (!Among(word, kWeek) || i == 0 || !is(i - 1, "on this next last")) continue;
    const auto name = kWeek.begin() + static_cast<std::ptrdiff_t>(kWeek.find(word));
    // 1970-01-01 was a Thursday.
    const std::int64_t ahead = ((std::count(kWeek.begin(), name, ' ') - *said / kDay) % 7 + 7) % 7;
    return after(is(i - 1, "last") ? (ahead == 0 ? -7 : ahead - 7) : (ahead == 0 ? 7 : ahead));
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
  if (found.size() > kMostFacts) found.resize(kMostFacts);
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.place < b.place; });
  return found;
}

void AddFact(const Found& fact, ordered_json* answer) {
  const bool undated = fact.rank.category == Category::kDates && fact.date.empty();
  const Category category = undated ? Category::kPerson : fact.rank.category;
  ordered_json item = {{"quote", fact.text},
                       {FieldNames(category)[0], fact.text},
                       {"importance", fact.rank.importance}};
  if (category == Category::kDates) item["date"] = fact.date;
  (*answer)[std::string(CategoryName(category))].push_back(std::move(item));
}

struct Item {
  Fact fact;
  json id;
  std::string said;  // "2024-03-20", "" = unknown
  double score = 0;
};

std::vector<Item> ReadItems(const json& document) {
  std::vector<Item> items;
  for (const Category category : kCategories) {
    for (const json& from : document.at("facts").value(CategoryName(category), json::array())) {
      CheckForInterrupts();
      std::optional<Fact> fact = FactFromJson(category, from);
      if (!fact) continue;
      const std::optional<Rank> rank = RankSentence(ReadSentence(fact->text));
      // Facts of another model are no sentences of the user's: their importance ranks them.
      const double score = rank ? rank->score : 2.0 * from.value("importance", 2);
      items.push_back({std::move(*fact), from.value("id", json()), from.value("said", ""), score});
    }
  }
  return items;
}

// The places of the items: the best first, of equal ones the newest.
std::vector<std::size_t> BestFirst(const std::vector<Item>& items) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < items.size(); ++i) order.push_back(i);
  InterruptsNowAndThen interrupts;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    interrupts.Step();
    return std::pair(items[a].score, items[a].said) > std::pair(items[b].score, items[b].said);
  });
  return order;
}

// "my wife and I went" says nothing about who the wife is.
bool SaysWho(const Reading& reading) {
  return reading.slot != Slot::kPartner || reading.value.find(' ') != std::string::npos ||
         Among(reading.value, "single married divorced engaged widowed");
}

// The place of each fact that is overtaken → the place of the fact that overtakes it.
std::map<std::size_t, std::size_t> FindOvertaken(const std::vector<Item>& items) {
  std::map<Slot, std::pair<std::vector<Reading>, std::vector<std::size_t>>> slots;
  for (std::size_t i = 0; i < items.size(); ++i) {
    CheckForInterrupts();
    for (Reading& reading : ReadSlots(ReadSentence(items[i].fact.text))) {
      if (!SaysWho(reading)) continue;
      reading.day = items[i].said;
      auto& [readings, places] = slots[reading.slot];
      readings.push_back(std::move(reading));
      places.push_back(i);
    }
  }
  std::map<std::size_t, std::size_t> overtaken;
  for (const auto& [slot, list] : slots) {
    const auto& [readings, places] = list;
    const bool single = slot == Slot::kName || slot == Slot::kHome || slot == Slot::kJob ||
                        slot == Slot::kPartner || slot == Slot::kDiet;
    std::vector<std::size_t> last;  // what holds, and what the user says to be over
    const std::size_t holds = single ? WhatHolds(readings) : readings.size();
    if (holds < readings.size()) last.push_back(holds);
    for (std::size_t i = readings.size(); i-- > 0 && last.size() < kMostOvers;) {
      if (readings[i].over) last.push_back(i);
    }
    for (std::size_t i = 0; i < readings.size(); ++i) {
      CheckForInterrupts();
      for (const std::size_t by : last) {
        const bool same = SameValue(readings[i], readings[by]);
        if (!readings[i].over && same == readings[by].over && readings[i].day < readings[by].day)
          overtaken.emplace(places[i], places[by]);
      }
    }
  }
  return overtaken;
}

}  // namespace

std::string AnswerFacts(std::string_view material) {
  const json document = json::parse(material);
  const auto many = document.find("conversations");
  ordered_json answer;
  for (const Category category : kCategories)
    answer[std::string(CategoryName(category))] = ordered_json::array();
  for (const json& conversation :
       many != document.end() ? *many : json::array({document.at("conversation")})) {
    for (const Found& fact : FactsOf(conversation)) AddFact(fact, &answer);
  }
  return DumpJson(answer);
}

std::string AnswerChanges(std::string_view material) {
  const std::vector<Item> items = ReadItems(json::parse(material));
  ordered_json pairs = ordered_json::array();
  for (const auto& [old, by] : FindOvertaken(items))
    pairs.push_back({{"id", items[old].id}, {"by", items[by].id}});
  return DumpJson(ordered_json{{"superseded", std::move(pairs)}});
}

std::string AnswerReduce(std::string_view material) {
  const std::vector<Item> items = ReadItems(json::parse(material));
  ordered_json answer = ordered_json::object();
  Likeness known;
  std::size_t left = (items.size() + 1) / 2;
  for (const std::size_t place : BestFirst(items)) {
    CheckForInterrupts();
    const Fact& fact = items[place].fact;
    if (left == 0 || !known.AddNew(fact.text)) continue;
    --left;
    ordered_json reduced = FactToObject(fact);
    reduced["from"] = json::array({items[place].id});
    answer[std::string(CategoryName(fact.category))].push_back(std::move(reduced));
  }
  return DumpJson(answer);
}

std::string AnswerMemory(std::string_view material) {
  std::vector<Item> items = ReadItems(json::parse(material));
  const std::map<std::size_t, std::size_t> overtaken = FindOvertaken(items);
  std::map<std::size_t, std::string> before;  // of a fact that holds: what it overtakes
  for (const auto& [old, by] : overtaken)
    before[by] = " (before, " + items[old].said + ": " + items[old].fact.text + ")";
  std::vector<Fact> facts;
  Likeness known;
  std::size_t room = 4 * kMemoryTokens - kHeadings;
  for (const std::size_t place : BestFirst(items)) {
    CheckForInterrupts();
    Fact& fact = items[place].fact;
    const std::string& said = items[place].said;
    const std::size_t size = CountCharacters(fact.text) + CountCharacters(before[place]) + kBullet;
    if (overtaken.contains(place) || size > room || !known.AddNew(fact.text)) continue;
    room -= size;
    // "Last week" needs the day on which it was said.
    const bool vague = fact.more[0].empty() && ReadSentence(fact.text).Has(Cue::kTime);
    if (vague && !said.empty()) fact.text += " (said " + said + ")";
    fact.text += before[place];
    fact.sources.push_back({"", 0, ParseTime(said), -1});
    facts.push_back(std::move(fact));
  }
  return AssembleMemory(facts, kMemoryTokens);
}

}  // namespace soulprint
