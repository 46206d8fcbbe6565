// Facts as values.  kForms holds all differences between the categories; the code knows no field by
// name.

#include "pipeline/facts.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "util/dump_json.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/shared_text.hpp"
#include "util/text.hpp"
#include "util/time.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxText = 1000;
constexpr std::size_t kMaxOther = 2000;

struct Form {
  std::string_view name;
  std::array<std::string_view, 3> fields;   // of Fact::text and Fact::more, "" = none
  std::array<std::string_view, 4> aliases;  // other names that models give the first field
};

constexpr std::array<Form, kCategories.size()> kForms = {{
    {"person", {"text", "", ""}, {"person", "fact", "value", "name"}},
    {"preferences", {"text", "", ""}, {"preference", "belief", "fact", "value"}},
    {"projects", {"name", "description", "details"}, {"project", "title", "text", "fact"}},
    {"dates", {"event", "date", ""}, {"text", "name", "fact", "value"}},
    {"beliefs", {"text", "", ""}, {"belief", "preference", "fact", "value"}},
    {"decisions", {"decision", "context", ""}, {"text", "name", "fact", "value"}},
}};

const Form& FormOf(Category category) { return kForms[static_cast<std::size_t>(category)]; }

std::string ScalarText(const json& value, std::size_t limit) {
  if (value.is_string()) {
    return Truncate(Trim(Visible(value.get_ref<const std::string&>())), limit);
  }
  return value.is_number() ? value.dump() : std::string();
}

std::string TextOf(const json& value, std::size_t limit) {
  if (!value.is_array()) return ScalarText(value, limit);
  std::string joined;
  for (const json& item : value) {
    const std::string text = ScalarText(item, std::string::npos);
    if (text.empty()) continue;
    if (!joined.empty()) joined += "; ";
    joined += text;
  }
  return Truncate(joined, limit);
}

std::string Field(const json& object, std::string_view name, std::size_t limit) {
  if (name.empty()) return {};
  const auto field = object.find(name);
  return field == object.end() ? std::string() : TextOf(*field, limit);
}

std::string MainField(const json& object, const Form& form) {
  std::string text = Field(object, form.fields[0], kMaxText);
  for (std::size_t i = 0; text.empty() && i < form.aliases.size(); ++i) {
    text = Field(object, form.aliases[i], kMaxText);
  }
  return text;
}

void MoveSources(Fact* from, Fact* to) {
  std::move(from->sources.begin(), from->sources.end(), std::back_inserter(to->sources));
}

// `newer` is the same statement as `merged`, made later.
void MergeInto(Fact* merged, Fact newer) {
  if (newer.verified != merged->verified || newer.noted != merged->noted) {
    const bool both = IsProven(newer) && IsProven(*merged);
    if (newer.verified || (newer.noted && !merged->verified)) std::swap(*merged, newer);
    if (both) MoveSources(&newer, merged);
    return;
  }
  merged->text = std::move(newer.text);
  for (std::size_t i = 0; i < newer.more.size(); ++i) {
    if (!IsBlank(newer.more[i])) merged->more[i] = std::move(newer.more[i]);
  }
  if (!newer.quote.empty()) merged->quote = std::move(newer.quote);
  merged->importance = std::max(merged->importance, newer.importance);
  MoveSources(&newer, merged);
}

// The places of merged facts by FactKey, of which only hashes are kept.
class MergedPlaces {
 public:
  explicit MergedPlaces(const std::vector<Fact>& facts) : facts_(facts) {}

  // The place of the merged fact with the same key, or `next`, which is then the place of this one.
  std::size_t PlaceOf(const Fact& fact, std::size_t next) {
    std::string key = FactKey(fact);
    const auto [place, is_new] = by_hash_.emplace(std::hash<std::string>()(key), next);
    if (is_new || FactKey(facts_[place->second]) == key) return place->second;
    return others_.emplace(std::move(key), next).first->second;
  }

  void Free() {
    InterruptsNowAndThen interrupts;
    for (; !by_hash_.empty(); by_hash_.erase(by_hash_.begin())) interrupts.Step();
    for (; !others_.empty(); others_.erase(others_.begin())) interrupts.Step();
  }

 private:
  const std::vector<Fact>& facts_;
  std::map<std::size_t, std::size_t> by_hash_;  // the first key of each hash
  std::map<std::string, std::size_t> others_;   // the other keys of that hash
};

ordered_json ItemSchema(const Form& form, const ordered_json& before, const ordered_json& after) {
  ordered_json properties = before;
  for (std::string_view field : form.fields) {
    if (!field.empty()) properties[std::string(field)] = {{"type", "string"}};
  }
  properties.update(after);
  ordered_json required = ordered_json::array();
  for (const auto& [name, schema] : before.items()) required.push_back(name);
  required.push_back(std::string(form.fields[0]));
  for (const auto& [name, schema] : after.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

// 1 … 3; 2 if the item does not say.
int ImportanceOf(const json& item) {
  const std::string text = Field(item, "importance", 2);
  return text == "1" || text == "2" || text == "3" ? text[0] - '0' : Fact().importance;
}

}  // namespace

std::string_view CategoryName(Category category) { return FormOf(category).name; }

const std::array<std::string_view, 3>& FieldNames(Category category) {
  return FormOf(category).fields;
}

std::string_view FieldValue(const Fact& fact, std::size_t field) {
  return field == 0 ? fact.text : fact.more[field - 1];
}

void ThrowNoFacts(std::string_view type) {
  throw Error(sqlstate::kInvalidTextRepresentation,
              Format("facts must be a JSON object, not {}", type))
      .Hint(
          "Pass an object of the lists person, preferences, projects, dates, beliefs, decisions.");
}

std::optional<Fact> FactFromJson(Category category, const json& item) {
  const Form& form = FormOf(category);
  Fact fact;
  fact.category = category;
  if (item.is_object()) {
    fact.text = MainField(item, form);
    for (std::size_t i = 0; i < fact.more.size(); ++i) {
      fact.more[i] = Field(item, form.fields[i + 1], kMaxOther);
    }
    fact.quote = Field(item, "quote", kMaxOther);
    fact.importance = ImportanceOf(item);
  } else {
    fact.text = ScalarText(item, kMaxText);
  }
  if (fact.text.empty()) return std::nullopt;
  return fact;
}

ReadFacts FactsFromJson(const json& value) {
  if (!value.is_object()) ThrowNoFacts(value.type_name());
  ReadFacts read;
  const auto take = [&](Category category, const json& item) {
    std::optional<Fact> fact = FactFromJson(category, item);
    if (fact) {
      read.facts.push_back(std::move(*fact));
    } else {
      ++read.dropped.malformed;
    }
  };
  for (Category category : kCategories) {
    const auto list = value.find(CategoryName(category));
    if (list == value.end() || list->is_null()) continue;
    if (list->is_array()) {
      for (const json& item : *list) take(category, item);
    } else {
      take(category, *list);
    }
  }
  return read;
}

ordered_json FactToObject(const Fact& fact) {
  const Form& form = FormOf(fact.category);
  ordered_json object;
  for (std::size_t i = 0; i < form.fields.size(); ++i) {
    if (!form.fields[i].empty()) object[std::string(form.fields[i])] = FieldValue(fact, i);
  }
  return object;
}

ordered_json FactToJson(const Fact& fact) {
  if (FormOf(fact.category).fields[1].empty()) return FieldValue(fact, 0);
  return FactToObject(fact);
}

std::string FactsSchema(const std::vector<Category>& categories, const ordered_json& before,
                        const ordered_json& after) {
  ordered_json properties;
  ordered_json required = ordered_json::array();
  for (Category category : categories) {
    const Form& form = FormOf(category);
    properties[std::string(form.name)] = {{"type", "array"},
                                          {"items", ItemSchema(form, before, after)}};
    required.push_back(std::string(form.name));
  }
  const ordered_json schema = {{"type", "object"},
                               {"properties", properties},
                               {"required", required},
                               {"additionalProperties", false}};
  return DumpJson(schema);
}

std::string FactKey(const Fact& fact) {
  return std::string(CategoryName(fact.category)) + ": " + FoldCase(Trim(fact.text));
}

std::string FactLine(const Fact& fact) {
  std::string line = OneLine(fact.text);
  std::string_view before = ": ";
  for (const SharedText& more : fact.more) {
    const std::string text = OneLine(more);
    if (text.empty()) continue;
    line.append(before).append(text);
    before = "; ";
  }
  return line;
}

std::optional<Fact> FactFromStored(std::string_view category, std::string_view stored) {
  const json item = json::parse(stored, nullptr, false);
  for (const Category known : kCategories) {
    if (CategoryName(known) == category) return FactFromJson(known, item);
  }
  return std::nullopt;
}

std::string StoredFactKey(std::string_view category, std::string_view stored) {
  const std::optional<Fact> fact = FactFromStored(category, stored);
  return fact ? FactKey(*fact) : std::string();
}

Time LastSaid(const Fact& fact) {
  Time last;
  for (const Source& source : fact.sources) {
    if (!fact.verified || source.notes.empty() || source.notes == kOwnStatement)
      last = std::max(last, source.at);
  }
  return last;
}

void SortSources(std::vector<Source>* sources) {
  if (sources->size() < 2) return;
  InterruptsNowAndThen interrupts;
  std::stable_sort(sources->begin(), sources->end(), [&](const Source& a, const Source& b) {
    interrupts.Step();
    return a.at < b.at;
  });
  std::set<std::tuple<std::string_view, std::string_view, bool, int>> seen;
  std::erase_if(*sources, [&](const Source& source) {
    interrupts.Step();
    const bool known = source.message >= 0;
    const int place = known ? source.message : source.chunk_index;
    return !seen.emplace(source.notes, source.conversation_id, known, place).second;
  });
}

void FreeFacts(std::vector<Fact>* facts) {
  InterruptsNowAndThen interrupts;
  for (; !facts->empty(); facts->pop_back()) interrupts.Step();
  facts->shrink_to_fit();
}

std::vector<Fact> MergeFacts(std::vector<Fact> facts) {
  std::size_t count = 0;  // of merged facts, which stand at the front of facts
  MergedPlaces places(facts);
  for (Fact& fact : facts) {
    CheckForInterrupts();
    const std::size_t place = places.PlaceOf(fact, count);
    if (place < count) {
      MergeInto(&facts[place], std::move(fact));
    } else if (Fact& free = facts[count++]; &free != &fact) {
      free = std::move(fact);
    }
  }
  places.Free();
  facts.resize(count);
  for (Fact& fact : facts) {
    CheckForInterrupts();
    SortSources(&fact.sources);
  }
  return facts;
}

void FactMerger::Add(Fact fact) {
  constexpr std::size_t kNode = 104;  // of a map, in bytes
  CheckForInterrupts();
  std::string key = FactKey(fact);
  const std::size_t hash = std::hash<std::string>()(key);
  const auto [place, is_new] = places_.emplace(std::pair(hash, std::move(key)), facts_.size());
  if (!is_new) return MergeInto(&facts_[place->second], std::move(fact));
  bytes_ += sizeof fact + kNode + place->first.second.size() + fact.text.size() + fact.quote.size();
  for (const SharedText& more : fact.more) bytes_ += more.size();
  facts_.push_back(std::move(fact));
}

}  // namespace soulprint
