#include "offline/memory.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "offline/rank.hpp"
#include "offline/slots.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMemoryTokens = 3000;  // as the project's prompt asks for
constexpr std::size_t kHeadings = 300;       // characters that headings and empty lines take
constexpr std::size_t kMostEnds = 50;        // statements that something is over, of one slot
constexpr std::size_t kBullet = 30;          // characters around a fact: mark, day

struct Item {
  Fact fact;
  json id;
  std::string said;  // "2024-03-20", "" = unknown
  double score = 0;
};

std::vector<Item> ReadItems(std::string_view material) {
  std::vector<Item> items;
  try {
    const json document = json::parse(material);
    const json& lists = document.at("facts");
    for (const Category category : kCategories) {
      const auto list = lists.find(CategoryName(category));
      if (list == lists.end()) continue;
      for (const json& from : *list) {
        CheckForInterrupts();
        std::optional<Fact> fact = FactFromJson(category, from);
        if (!fact) continue;
        Item item{std::move(*fact), from.value("id", json()), from.value("said", ""), 0};
        const std::optional<Rank> rank = RankSentence(ReadSentence(item.fact.text));
        // Facts of another model are no sentences of the user's: their importance ranks them.
        item.score = rank ? rank->score : 2.0 * from.value("importance", 2);
        items.push_back(std::move(item));
      }
    }
  } catch (const json::exception& e) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "material of the question is not a document of facts")
        .Detail(e.what());
  }
  return items;
}

// The order in which facts are taken: the best first, of equal ones the newest.
std::vector<std::size_t> BestFirst(const std::vector<Item>& items) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  InterruptsNowAndThen interrupts;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    interrupts.Step();
    if (items[a].score != items[b].score) return items[a].score > items[b].score;
    return items[a].said > items[b].said;
  });
  return order;
}

using Overtaken =
    std::map<std::size_t, std::size_t>;  // place of a fact → of the one that overtakes

// "my wife and I went" says nothing about who the wife is.
bool SaysWho(const Reading& reading) {
  return reading.slot != Slot::kPartner || reading.value.find(' ') != std::string::npos ||
         Among(reading.value, "single married divorced engaged widowed");
}

// A slot with one value at a time: facts with an older one are overtaken.
void FindBySlot(const std::vector<Item>& items, Overtaken* overtaken) {
  std::map<Slot, std::vector<Reading>> slots;
  std::map<Slot, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < items.size(); ++i) {
    CheckForInterrupts();
    for (Reading& reading : ReadSlots(ReadSentence(items[i].fact.text))) {
      if (!SaysWho(reading)) continue;
      reading.day = items[i].said;
      places[reading.slot].push_back(i);
      slots[reading.slot].push_back(std::move(reading));
    }
  }
  for (const Slot slot : {Slot::kName, Slot::kHome, Slot::kJob, Slot::kPartner, Slot::kDiet}) {
    const std::vector<Reading>& readings = slots[slot];
    std::vector<std::size_t> last;  // what holds, and what the user says to be over
    if (const std::size_t holds = WhatHolds(readings); holds < readings.size())
      last.push_back(holds);
    for (std::size_t i = 0; i < readings.size() && last.size() < kMostEnds; ++i) {
      if (readings[i].over) last.push_back(i);
    }
    for (std::size_t i = 0; i < readings.size(); ++i) {
      CheckForInterrupts();
      for (const std::size_t by : last) {
        const bool same = SameValue(readings[i].value, readings[by].value);
        if (!readings[i].over && same == readings[by].over && readings[i].day < readings[by].day)
          overtaken->emplace(places[slot][i], places[slot][by]);
      }
    }
  }
}

// What the user says to have ended: "coffee" of "I no longer drink coffee", of "I don't drink
// coffee anymore"; "" if nothing.
std::string EndedThing(const Sentence& sentence) {
  for (const Hit& hit : sentence.cues) {
    if (hit.list->cue != Cue::kEnd) continue;
    const bool follows = Among(sentence.words[hit.begin].text, "anymore any");
    std::size_t begin = follows ? 0 : hit.end;
    std::size_t end = follows ? hit.begin : begin;
    while (end < sentence.words.size() && !follows && !sentence.words[end].mark &&
           !Among(sentence.words[end].text, "and but because since for in at when after"))
      ++end;
    const std::vector<std::string> words =
        ContentWords(TextOf(sentence.text, sentence.words, begin, end));
    return words.empty() ? "" : words.back();
  }
  return "";
}

// "I no longer drink coffee" overtakes older tastes and habits about coffee.
void FindByEnd(const std::vector<Item>& items, Overtaken* overtaken) {
  std::map<std::string, std::size_t> ends;  // a thing → the newest fact that ends it
  std::vector<std::size_t> habits;
  for (std::size_t i = 0; i < items.size(); ++i) {
    CheckForInterrupts();
    const Sentence sentence = ReadSentence(items[i].fact.text);
    const std::string thing = EndedThing(sentence);
    if (!thing.empty()) {
      const auto [end, is_new] = ends.emplace(thing, i);
      if (!is_new && items[end->second].said < items[i].said) end->second = i;
    } else if (Has(sentence.cues, Cue::kTaste) || Has(sentence.cues, Cue::kHabit)) {
      habits.push_back(i);
    }
  }
  for (const std::size_t i : habits) {
    CheckForInterrupts();
    for (const std::string& word : ContentWords(items[i].fact.text)) {
      const auto end = ends.find(word);
      if (end != ends.end() && items[i].said < items[end->second].said)
        overtaken->emplace(i, end->second);
    }
  }
}

Overtaken FindOvertaken(const std::vector<Item>& items) {
  Overtaken overtaken;
  FindBySlot(items, &overtaken);
  FindByEnd(items, &overtaken);
  return overtaken;
}

}  // namespace

std::string AnswerMemory(std::string_view material) {
  std::vector<Item> items = ReadItems(material);
  std::map<std::size_t, std::string> before;  // of a fact that holds: what it overtakes
  const Overtaken overtaken = FindOvertaken(items);
  for (const auto& [old, by] : overtaken) {
    if (before[by].empty())
      before[by] = " (before, " + items[old].said + ": " + items[old].fact.text + ")";
  }
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
    const bool dated = fact.category == Category::kDates && !fact.more[0].empty();
    if (!said.empty() && !dated && Has(ReadSentence(fact.text).cues, Cue::kTime))
      fact.text += " (said " + said + ")";
    fact.text += before[place];
    fact.sources.push_back({"", 0, ParseTime(said), -1});
    facts.push_back(std::move(fact));
  }
  return AssembleMemory(facts, kMemoryTokens);
}

std::string AnswerReduce(std::string_view material) {
  std::vector<Item> items = ReadItems(material);
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

std::string AnswerChanges(std::string_view material) {
  const std::vector<Item> items = ReadItems(material);
  ordered_json pairs = ordered_json::array();
  for (const auto& [old, by] : FindOvertaken(items)) {
    pairs.push_back({{"id", items[old].id}, {"by", items[by].id}});
  }
  return DumpJson(ordered_json{{"superseded", std::move(pairs)}});
}

}  // namespace soulprint
