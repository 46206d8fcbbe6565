// SQL functions on the published profile: its facts, its earlier versions.

#include <cstdint>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "sql/arguments.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "store/versions.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

void AddFacts(const std::string& user_id, pg::RowSet* rows) {
  RequireProfile(user_id);
  for (const pg::Row& row : OwnQuery(R"(
         SELECT id, category, fact::text, quote, verified, sources::text,
                said_on - date '2000-01-01', importance, superseded_by
         FROM soulprint.facts WHERE user_id = $1 ORDER BY id)")
                                .Uuid(user_id)
                                .Run()) {
    std::optional<Datum> said_on;
    std::optional<Datum> superseded_by;
    if (!row.IsNull(6)) said_on = Int32GetDatum(static_cast<std::int32_t>(row.BigInt(6)));
    if (!row.IsNull(8)) superseded_by = Int64GetDatum(row.BigInt(8));
    rows->Add({Int64GetDatum(row.BigInt(0)), pg::ToText(row.Text(1)), pg::ToJsonb(row.Text(2)),
               pg::ToText(row.Text(3)), BoolGetDatum(row.Bool(4)), pg::ToJsonb(row.Text(5)),
               said_on, Int16GetDatum(static_cast<std::int16_t>(row.BigInt(7))), superseded_by});
  }
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_facts);
PG_FUNCTION_INFO_V1(soulprint_rollback);

Datum soulprint_facts(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    AddFacts(UserIdArgument(fcinfo), &rows);
    return static_cast<Datum>(0);
  });
}

Datum soulprint_rollback(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    RollBack(user_id, NumberArgument(fcinfo, 1, "version"));
    PG_RETURN_VOID();
  });
}
}
