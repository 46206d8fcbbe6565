// SQL functions on the versions of a profile.

#include <cstdint>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/compare_profiles.hpp"
#include "pipeline/types.hpp"
#include "sql/arguments.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "store/versions.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

Datum Number(const pg::Row& row, std::size_t column) {
  return Int32GetDatum(static_cast<std::int32_t>(row.BigInt(column)));
}

void AddVersions(const std::string& user_id, pg::RowSet* rows) {
  RequireProfile(user_id);
  const std::string sizes = R"(
    SELECT coalesce(length(memory_md), 0),
           coalesce(length(soul_md), 0) + coalesce(length(identity_md), 0)
             + coalesce(length(user_md), 0) + coalesce(length(agents_md), 0)
             + coalesce(length(tools_md), 0),
           coalesce(length(soulprint_text), 0))";
  for (const pg::Row& row :
       AppQuery(sizes + " FROM {profiles} WHERE user_id = $1").Uuid(user_id).Run()) {
    rows->Add({std::nullopt, std::nullopt, Number(row, 0), Number(row, 1), Number(row, 2)});
  }
  for (const pg::Row& row : OwnQuery(sizes + R"(, version, replaced_at
         FROM soulprint.versions WHERE user_id = $1 ORDER BY version DESC)")
                                .Uuid(user_id)
                                .Run()) {
    rows->Add({Number(row, 3), pg::ToTimestamp(row.Timestamp(4)), Number(row, 0), Number(row, 1),
               Number(row, 2)});
  }
}

void AddChanges(const std::string& user_id, std::int64_t earlier, std::optional<std::int64_t> later,
                pg::RowSet* rows) {
  RequireProfile(user_id);
  const PublishedProfile from = ReadVersion(user_id, earlier);
  const PublishedProfile to = later ? ReadVersion(user_id, *later) : CurrentProfile(user_id);
  for (const ChangedLine& change : CompareProfiles(from, to)) {
    rows->Add(
        {pg::ToText(change.part), pg::ToText(change.added ? "+" : "-"), pg::ToText(change.line)});
  }
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_versions);
PG_FUNCTION_INFO_V1(soulprint_compare_versions);
PG_FUNCTION_INFO_V1(soulprint_rollback);

Datum soulprint_versions(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    AddVersions(UserIdArgument(fcinfo), &rows);
    return static_cast<Datum>(0);
  });
}

Datum soulprint_compare_versions(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const std::int64_t earlier = NumberArgument(fcinfo, 1, "old");
    std::optional<std::int64_t> later;
    if (!PG_ARGISNULL(2)) later = NumberArgument(fcinfo, 2, "new");
    pg::RowSet rows(fcinfo);
    AddChanges(user_id, earlier, later, &rows);
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
