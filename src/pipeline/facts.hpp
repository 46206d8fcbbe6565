// Facts as values: their JSON form, the order of their fields, merging (CONTRACT 5).

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

// "preferences", "projects", "dates", "beliefs", "decisions".
std::string_view CategoryName(Category category);

// The names of a category's fields, "" = none; of the field at a place, what a fact says in it.
const std::array<std::string_view, 3>& FieldNames(Category category);
const std::string& FieldValue(const Fact& fact, std::size_t field);

struct ReadFacts {
  std::vector<Fact> facts;
  int dropped = 0;  // items that were no facts
};

// Facts from the five-category JSON form, each item checked by itself.  Unverified, without
// sources. Throws Error 22P02 when json is not an object.
ReadFacts FactsFromJson(const nlohmann::json& json);

// Says that this type of JSON is no object of facts.
[[noreturn]] void ThrowNoFacts(std::string_view type);

// One item of a category's list, coerced where the meaning is clear, without invisible characters;
// nullopt if it is no fact.
std::optional<Fact> FactFromJson(Category category, const nlohmann::json& item);

// The five categories as JSON text, in contract order, without quotes and sources.
std::string FactsToJson(const std::vector<Fact>& facts);

// One fact as the JSON value that stands in its category's list.
nlohmann::ordered_json FactToJson(const Fact& fact);

// The same, always as an object of the category's fields (preferences and beliefs: "text").
nlohmann::ordered_json FactToObject(const Fact& fact);

// The JSON schema of an answer that holds these categories, where each item may carry `extra` too.
std::string FactsSchema(const std::vector<Category>& categories, std::string_view extra,
                        const nlohmann::ordered_json& extra_schema);

// What equal statements have in common: the category and the text, ignoring case and surrounding
// white space.
std::string FactKey(const Fact& fact);

// The same of a fact that is stored as a category's name and its FactToJson; "" if it is none.
std::string StoredFactKey(std::string_view category, std::string_view json);

// When the fact was said last, nullopt if that is unknown.
Time LastSaid(const Fact& fact);

// Oldest first, each place once.
void SortSources(std::vector<Source>* sources);

// Facts given oldest first become one list without repetitions: equal statements are one fact,
// worded as the newest, at the place of the first, with the sources of all.  Linear.
std::vector<Fact> MergeFacts(std::vector<Fact> facts);

// The same for facts that come one after the other.
class FactMerger {
 public:
  void Add(Fact fact);

  // About what they take in memory.
  std::size_t bytes() const { return bytes_; }

  std::deque<Fact> Take() { return std::move(facts_); }

 private:
  std::deque<Fact> facts_;
  std::map<std::string, std::size_t> places_;
  std::size_t bytes_ = 0;
};

}  // namespace soulprint
