// Private SQL functions that check rights, or run with those of soulprint_worker.

#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

// True if grants and policies let the current role read the user's profile.
bool MayRead(const std::string& user_id) {
  return pg::Query(R"(
           SELECT coalesce((
             SELECT has_schema_privilege(n.oid, 'USAGE')
                    AND has_column_privilege(c.oid, 'user_id', 'SELECT')
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = 'user_profiles'), false))")
             .Text(settings::app_schema)
             .Run()
             .at(0)
             .Bool(0) &&
         AppQuery("SELECT FROM {profiles} WHERE user_id = $1").Uuid(user_id).Execute() > 0;
}

bool IsMonitor() {
  return pg::Call([] { return has_privs_of_role(GetUserId(), ROLE_PG_MONITOR); });
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_value_for_worker);
PG_FUNCTION_INFO_V1(soulprint_may_watch);

Datum soulprint_value_for_worker(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const pg::Rows rows = pg::Query(pg::FromText(PG_GETARG_DATUM(0))).As(Worker()).Run();
    fcinfo->isnull = rows.empty() || rows.front().IsNull(0);
    return fcinfo->isnull ? static_cast<Datum>(0) : pg::ToText(rows.front().Text(0));
  });
}

Datum soulprint_may_watch(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    return BoolGetDatum(IsMonitor() ||
                        (!PG_ARGISNULL(0) && MayRead(pg::FromUuid(PG_GETARG_DATUM(0)))));
  });
}
}
