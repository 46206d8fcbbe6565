// SQL functions that tell why a profile says what it says.

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/explain_sample.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/nearest_facts.hpp"
#include "pipeline/types.hpp"
#include "sql/arguments.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "store/request.hpp"
#include "store/sql_store.hpp"
#include "store/titles.hpp"
#include "store/versions.hpp"
#include "util/error.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kMostNearFacts = 10;

std::string CurrentMemory(const std::string& user_id) {
  return CurrentProfile(user_id).memory_md.value_or("");
}

// --- facts

// A user's facts as stored: id, category, fact, quote, verified, sources, said_on as days since
// 2000, importance, superseded_by, the conversation of the latest source, and whether MEMORY is
// made of such facts.
pg::Rows StoredFacts(const std::string& user_id) {
  return OwnQuery(R"(
           SELECT id, category, fact::text, quote, verified, sources::text,
                  said_on - date '2000-01-01', importance, superseded_by,
                  (SELECT s ->> 'conversation_id'
                   FROM jsonb_array_elements(sources) WITH ORDINALITY AS e (s, place)
                   WHERE s ? 'conversation_id' ORDER BY place DESC LIMIT 1),
                  verified OR jsonb_path_exists(sources, '$[*].source')
           FROM soulprint.facts WHERE user_id = $1 ORDER BY id)")
      .Uuid(user_id)
      .Run();
}

// What a row of StoredFacts says; without text if that is no fact.
Fact FactIn(const pg::Row& row) {
  return FactFromStored(row.Text(1), row.Text(2)).value_or(Fact());
}

std::optional<Datum> SaidOn(const pg::Row& row) {
  if (row.IsNull(6)) return std::nullopt;
  return Int32GetDatum(static_cast<std::int32_t>(row.BigInt(6)));
}

void AddFacts(const std::string& user_id, pg::RowSet* rows) {
  RequireProfile(user_id);
  const pg::Rows facts = StoredFacts(user_id);
  std::vector<std::string> conversation_ids;
  std::vector<std::string> statements;
  for (const pg::Row& row : facts) {
    CheckForInterrupts();
    conversation_ids.push_back(row.Text(9));
    statements.emplace_back(FactIn(row).text);
  }
  const Titles titles = ReadTitles(user_id, std::move(conversation_ids));
  const std::vector<bool> stands = StandInMemory(statements, CurrentMemory(user_id));
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const pg::Row& row = facts[i];
    std::optional<Datum> superseded_by;
    if (!row.IsNull(8)) superseded_by = Int64GetDatum(row.BigInt(8));
    rows->Add({Int64GetDatum(row.BigInt(0)), pg::ToText(row.Text(1)), pg::ToJsonb(row.Text(2)),
               pg::ToText(row.Text(3)), BoolGetDatum(row.Bool(4)), pg::ToJsonb(row.Text(5)),
               SaidOn(row), Int16GetDatum(static_cast<std::int16_t>(row.BigInt(7))), superseded_by,
               pg::ToTextOrNull(TitleIn(titles, row.Text(9))),
               BoolGetDatum(stands[i] && row.Bool(10))});
  }
}

// --- why

std::string SentenceArgument(FunctionCallInfo fcinfo) {
  std::string sentence;
  if (!PG_ARGISNULL(1)) sentence = pg::FromText(PG_GETARG_DATUM(1));
  if (!IsBlank(sentence)) return sentence;
  throw Error(sqlstate::kInvalidParameterValue, "sentence must not be null or blank")
      .Hint("Pass a sentence of the profile: of memory_md, a section or soulprint_text.");
}

void AddNearestFacts(const std::string& user_id, const std::string& sentence, pg::RowSet* rows) {
  RequireProfile(user_id);
  const pg::Rows facts = StoredFacts(user_id);
  std::vector<std::string> texts;
  for (const pg::Row& row : facts) {
    CheckForInterrupts();
    texts.push_back(FactLine(FactIn(row)) + "\n" + row.Text(3));
  }
  const std::vector<NearFact> nearest = NearestFacts(texts, sentence, kMostNearFacts);
  std::vector<std::string> conversation_ids;
  for (const NearFact& near : nearest) conversation_ids.push_back(facts[near.place].Text(9));
  const Titles titles = ReadTitles(user_id, std::move(conversation_ids));
  std::int32_t rank = 0;
  for (const NearFact& near : nearest) {
    const pg::Row& row = facts[near.place];
    rows->Add({Int32GetDatum(++rank), Int64GetDatum(row.BigInt(0)), pg::ToText(row.Text(1)),
               pg::ToText(FactLine(FactIn(row))), pg::ToText(row.Text(3)), SaidOn(row),
               pg::ToTextOrNull(row.TextOrNull(9)), pg::ToTextOrNull(TitleIn(titles, row.Text(9))),
               pg::ToTextArray(near.words), ToNumeric(std::round(near.score * 100) / 100)});
  }
}

// --- the sample

void AddSample(const std::string& user_id, pg::RowSet* rows) {
  RequireProfile(user_id);
  PassLease nobody(0, user_id, [] {});
  SqlStore store(nobody);
  const std::vector<Sampled> sample = ExplainSample(store, CurrentMemory(user_id));
  std::vector<std::string> ids;
  for (const Sampled& sampled : sample) ids.push_back(sampled.id);
  const Titles titles = ReadTitles(user_id, std::move(ids));
  std::int32_t rank = 0;
  for (const Sampled& sampled : sample) {
    const auto whole = static_cast<std::int64_t>(sampled.length.whole);
    const auto used = static_cast<std::int64_t>(sampled.length.used);
    rows->Add({Int32GetDatum(++rank), pg::ToText(sampled.id),
               pg::ToTextOrNull(TitleIn(titles, sampled.id)),
               pg::ToTimestamp(sampled.scored.created_at), Int64GetDatum(sampled.scored.score),
               Int32GetDatum(static_cast<std::int32_t>(sampled.scored.messages)),
               Int64GetDatum(whole), Int64GetDatum(used),
               Int32GetDatum(static_cast<std::int32_t>(whole == 0 ? 0 : 100 * used / whole))});
  }
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_facts);
PG_FUNCTION_INFO_V1(soulprint_why);
PG_FUNCTION_INFO_V1(soulprint_explain_sample);

Datum soulprint_facts(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    AddFacts(UserIdArgument(fcinfo), &rows);
    return static_cast<Datum>(0);
  });
}

Datum soulprint_why(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const std::string sentence = SentenceArgument(fcinfo);
    pg::RowSet rows(fcinfo);
    AddNearestFacts(user_id, sentence, &rows);
    return static_cast<Datum>(0);
  });
}

Datum soulprint_explain_sample(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    AddSample(UserIdArgument(fcinfo), &rows);
    return static_cast<Datum>(0);
  });
}
}
