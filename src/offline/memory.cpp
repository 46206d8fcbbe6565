#include "offline/memory.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "offline/objects.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/types.hpp"
#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMemoryTokens = 3000;  // as the project's prompt asks for

struct Item {
  Fact fact;
  json from;         // ids
  std::string said;  // "2024-03-20", "" = unknown
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
        std::optional<Fact> fact = FactFromJson(category, from);
        if (!fact) continue;
        Item item{std::move(*fact), json::array(), ""};
        if (from.is_object() && from.contains("id")) item.from.push_back(from.at("id"));
        if (from.is_object() && from.contains("said"))
          item.said = from.at("said").get<std::string>();
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

// First words of the facts that our own rules write, strongest first: "Likes X" makes "Spends time
// on X" superfluous.
constexpr std::array<std::string_view, 7> kPredicates = {
    "Favorite ",      "Likes ",       "Prefers ",    "Practices ",
    "Interested in ", "Has learned ", "Spends time "};

// A key that facts about the same thing share, and the strength of this fact (0 = strongest).
std::pair<std::string, std::size_t> KeyOf(const Fact& fact) {
  if (fact.category == Category::kPreferences) {
    for (std::size_t i = 1; i < kPredicates.size(); ++i) {
      if (!fact.text.starts_with(kPredicates[i])) continue;
      std::string thing = fact.text.substr(kPredicates[i].size());
      for (const std::string_view word : {"on ", "to "}) {
        if (thing.starts_with(word)) thing.erase(0, word.size());
      }
      return {"thing " + ThingKey(thing), i};
    }
  }
  return {std::string(CategoryName(fact.category)) + " " + Fold(fact.text), 0};
}

// Merges items about the same thing into one with the wording of the strongest; ties go to the
// newest.
std::vector<Item> Merge(std::vector<Item> items) {
  std::vector<Item> merged;
  std::map<std::string, std::pair<std::size_t, std::size_t>> places;  // key → place, strength
  for (Item& item : items) {
    const auto [key, strength] = KeyOf(item.fact);
    const auto [found, is_new] = places.try_emplace(key, merged.size(), strength);
    if (is_new) {
      merged.push_back(std::move(item));
      continue;
    }
    auto& [place, strongest] = found->second;
    Item& first = merged[place];
    first.from.insert(first.from.end(), item.from.begin(), item.from.end());
    const bool newer = item.said >= first.said;
    if (strength < strongest || (strength == strongest && newer)) {
      first.fact = std::move(item.fact);
      strongest = strength;
    }
    first.said = std::max(first.said, item.said);
  }
  return merged;
}

}  // namespace

std::string AnswerMemory(std::string_view material) {
  std::vector<Fact> facts;
  for (Item& item : Merge(ReadItems(material))) {
    item.fact.sources.push_back({"", 0, ParseTime(item.said)});
    facts.push_back(std::move(item.fact));
  }
  return AssembleMemory(facts, kMemoryTokens);
}

std::string AnswerReduce(std::string_view material) {
  ordered_json answer = ordered_json::object();
  for (Item& item : Merge(ReadItems(material))) {
    ordered_json reduced = FactToObject(item.fact);
    reduced["from"] = std::move(item.from);
    answer[std::string(CategoryName(item.fact.category))].push_back(std::move(reduced));
  }
  return DumpJson(answer);
}

}  // namespace soulprint
