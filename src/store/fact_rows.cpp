// Writes all facts of a user by one statement.

#include "store/fact_rows.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/facts.hpp"
#include "store/identity.hpp"
#include "util/interrupts.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::ordered_json;

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

}  // namespace

void ReplaceFacts(const std::string& user_id, const std::vector<Fact>& facts) {
  OwnQuery("DELETE FROM soulprint.facts WHERE user_id = $1").Uuid(user_id).Execute();
  std::vector<std::string> categories;
  std::vector<std::string> values;
  std::vector<std::string> quotes;
  std::vector<std::int64_t> verified;
  std::vector<std::string> sources;
  std::vector<std::string> days;
  std::vector<std::int64_t> importances;
  std::vector<std::int64_t> successors;  // numbered from 1, 0 = none
  for (const Fact& fact : facts) {
    CheckForInterrupts();
    const Time said = LastSaid(fact);
    categories.emplace_back(CategoryName(fact.category));
    values.push_back(FactToJson(fact).dump());
    quotes.push_back(fact.quote);
    verified.push_back(fact.verified ? 1 : 0);
    sources.push_back(SourcesToJson(fact.sources));
    days.push_back(said ? FormatDate(said) : "");
    importances.push_back(fact.importance);
    successors.push_back(fact.superseded_by ? static_cast<std::int64_t>(*fact.superseded_by) + 1
                                            : 0);
  }
  OwnQuery(R"(
    WITH numbered AS MATERIALIZED (
      SELECT nextval('soulprint.facts_id_seq') AS id, n.*
      FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY
        AS n (category, fact, quote, verified, sources, said_on, importance, successor, place))
    INSERT INTO soulprint.facts
      (id, user_id, category, fact, quote, verified, sources, said_on, importance, superseded_by)
    SELECT n.id, $1, n.category, n.fact::jsonb, n.quote, n.verified = 1, n.sources::jsonb,
           nullif(n.said_on, '')::date, n.importance, s.id
    FROM numbered n LEFT JOIN numbered s ON s.place = n.successor ORDER BY n.place)")
      .Uuid(user_id)
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

}  // namespace soulprint
