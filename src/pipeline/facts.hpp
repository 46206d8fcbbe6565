// Facts as values: their JSON form, the order of their fields, merging (doc/behavior.md, "Facts").

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

// "person", "preferences", "projects", "dates", "beliefs", "decisions".
std::string_view CategoryName(Category category);

// The names of a category's fields, "" = none, and the value of a fact in the field at an index.
const std::array<std::string_view, 3>& FieldNames(Category category);
std::string_view FieldValue(const Fact& fact, std::size_t field);

struct ReadFacts {
  std::vector<Fact> facts;
  DroppedItems dropped{};
};

// Facts from the JSON form of six lists, each item checked by itself; unverified and without
// sources.  Throws Error 22P02 when json is not an object.
ReadFacts FactsFromJson(const nlohmann::json& json);

// Throws Error 22P02: a JSON value of this type is not an object of facts.
[[noreturn]] void ThrowNoFacts(std::string_view type);

// One item of a category's list as a fact without invisible characters, coerced where the meaning
// is clear; nullopt if it is no fact.
std::optional<Fact> FactFromJson(Category category, const nlohmann::json& item);

// One fact as an item of its category's list.
nlohmann::ordered_json FactToJson(const Fact& fact);

// The same, always as an object of the category's fields (person, preferences, beliefs: "text").
nlohmann::ordered_json FactToObject(const Fact& fact);

// The JSON schema of an answer that holds these categories.  Each item has the properties `before`,
// the fields of its category and the properties `after`; all but the fields after the first are
// required.
std::string FactsSchema(const std::vector<Category>& categories,
                        const nlohmann::ordered_json& before, const nlohmann::ordered_json& after);

// Equal for equal statements: same category and same text, but for case, width and surrounding
// white space.
std::string FactKey(const Fact& fact);

// A fact stored as its category's name and FactToJson; nullopt if that is no fact.
std::optional<Fact> FactFromStored(std::string_view category, std::string_view json);

// A fact as one line: "Boat: an app for sailors; written in Rust".
std::string FactLine(const Fact& fact);

// The FactKey of a fact stored so; "" if that is no fact.
std::string StoredFactKey(std::string_view category, std::string_view json);

// True if its quote stands where it must: MEMORY is made of such facts.
inline bool IsProven(const Fact& fact) { return fact.verified || fact.noted; }

// When the user said the fact last, or the notes did if the user has not; nullopt if that is
// unknown.
Time LastSaid(const Fact& fact);

// Sorts oldest first and keeps each message once; without a message, each chunk.
void SortSources(std::vector<Source>* sources);

// Empties the list; freeing many facts takes long.
void FreeFacts(std::vector<Fact>* facts);

// Merges equal statements among facts that are given oldest first: one fact stays, in the newest
// wording, at the place of the first, with all sources.  A verified one takes but the sources of
// those that are noted, and these two nothing from those that are neither.  Linear.
std::vector<Fact> MergeFacts(std::vector<Fact> facts);

// MergeFacts for facts that come one at a time.
class FactMerger {
 public:
  void Add(Fact fact);

  // The memory that they take, estimated.
  std::size_t bytes() const { return bytes_; }

  std::deque<Fact> Take() { return std::move(facts_); }

 private:
  std::deque<Fact> facts_;
  // By hash and FactKey: hashes are compared faster, and equal ones of hostile facts cost no more.
  std::map<std::pair<std::size_t, std::string>, std::size_t> places_;
  std::size_t bytes_ = 0;
};

}  // namespace soulprint
