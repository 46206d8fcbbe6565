// Writes the facts of a user, many at a time: a user may have very many.

#include "store/fact_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "pipeline/facts.hpp"
#include "store/identity.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kAtOnce = 1000;

std::string SourcesToJson(const std::vector<Source>& sources) {
  ordered_json json = ordered_json::array();
  for (const Source& source : sources) {
    if (!source.notes.empty()) {
      json.push_back({{"source", source.notes},
                      {"at", source.at ? ordered_json(FormatTime(source.at)) : nullptr}});
      continue;
    }
    json.push_back({{"conversation_id", source.conversation_id},
                    {"chunk_index", source.chunk_index},
                    {"message", source.message < 0 ? nullptr : ordered_json(source.message)},
                    {"at", source.at ? ordered_json(FormatTime(source.at)) : nullptr}});
  }
  return json.dump();
}

// So many new ids.
std::vector<std::int64_t> NewIds(std::size_t count) {
  const std::string list = OwnQuery(R"(
    SELECT string_agg(nextval('soulprint.facts_id_seq')::text, ',') FROM generate_series(1, $1))")
                               .BigInt(static_cast<std::int64_t>(count))
                               .Run()
                               .at(0)
                               .Text(0);
  std::vector<std::int64_t> ids;
  ids.reserve(count);
  for (const std::string_view id : Split(list, ',')) {
    std::from_chars(id.data(), id.data() + id.size(), ids.emplace_back());
  }
  return ids;
}

// `ids` are those of all facts, of which these begin at `first`.
void InsertFacts(const std::string& user_id, std::span<const Fact> facts, std::size_t first,
                 const std::vector<std::int64_t>& ids) {
  std::vector<std::string> categories;
  std::vector<std::string> values;
  std::vector<std::string> quotes;
  std::vector<std::int64_t> verified;
  std::vector<std::string> sources;
  std::vector<std::string> days;
  std::vector<std::int64_t> importances;
  std::vector<std::int64_t> successors;  // 0 = none
  for (const Fact& fact : facts) {
    CheckForInterrupts();
    const Time said = LastSaid(fact);
    categories.emplace_back(CategoryName(fact.category));
    values.push_back(FactToJson(fact).dump());
    quotes.emplace_back(fact.quote);
    verified.push_back(fact.verified ? 1 : 0);
    sources.push_back(SourcesToJson(fact.sources));
    days.push_back(said ? FormatDate(said) : "");
    importances.push_back(fact.importance);
    successors.push_back(fact.superseded_by ? ids[*fact.superseded_by] : 0);
  }
  const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
  OwnQuery(R"(
    INSERT INTO soulprint.facts
      (id, user_id, category, fact, quote, verified, sources, said_on, importance, superseded_by)
    SELECT n.id, $1, n.category, n.fact::jsonb, n.quote, n.verified = 1, n.sources::jsonb,
           nullif(n.said_on, '')::date, n.importance, nullif(n.successor, 0)
    FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
      AS n (id, category, fact, quote, verified, sources, said_on, importance, successor))")
      .Uuid(user_id)
      .BigIntArray({begin, begin + static_cast<std::ptrdiff_t>(facts.size())})
      .TextArray(std::move(categories))
      .TextArray(std::move(values))
      .TextArray(std::move(quotes))
      .BigIntArray(std::move(verified))
      .TextArray(std::move(sources))
      .TextArray(std::move(days))
      .BigIntArray(std::move(importances))
      .BigIntArray(std::move(successors))
      .Execute();
}

}  // namespace

void ReplaceFacts(const std::string& user_id, const std::vector<Fact>& facts) {
  OwnQuery("DELETE FROM soulprint.facts WHERE user_id = $1").Uuid(user_id).Execute();
  if (facts.empty()) return;
  const std::vector<std::int64_t> ids = NewIds(facts.size());
  const std::span<const Fact> all(facts);
  for (std::size_t first = 0; first < all.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, all.size() - first);
    InsertFacts(user_id, all.subspan(first, count), first, ids);
  }
}

}  // namespace soulprint
