#include "store/identity.hpp"

#include <utility>

#include "pg/call.hpp"
#include "settings.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// The search_path of a session of soulprint_worker, which has no settings of its own, in this
// database.
std::string DatabaseSearchPath() {
  return OwnQuery(R"(
           SELECT coalesce(
             (SELECT substr(s, length('search_path=') + 1)
              FROM pg_db_role_setting r JOIN pg_database d ON r.setdatabase IN (d.oid, 0),
                   unnest(r.setconfig) AS s
              WHERE d.datname = current_database() AND r.setrole = 0
              AND starts_with(s, 'search_path=')
              ORDER BY r.setdatabase DESC LIMIT 1),
             (SELECT setting FROM pg_file_settings
              WHERE name = 'search_path' AND error IS NULL ORDER BY seqno DESC LIMIT 1),
             (SELECT boot_val FROM pg_settings WHERE name = 'search_path')))")
      .Run()
      .at(0)
      .Text(0);
}

// The path, after the application's schema if that is not in it.
std::string WithAppSchema(const std::string& path) {
  const std::string schema = settings::app_schema;
  std::string names = path;
  List* const list = pg::Call([&] {
    List* found = NIL;
    SplitIdentifierString(names.data(), ',', &found);
    return found;
  });
  bool is_in = false;
  for (int i = 0; i < list_length(list); ++i) {
    is_in = is_in || schema == static_cast<const char*>(list_nth(list, i));
  }
  // A worker gets here outside of transactions, in memory that stays.
  list_free(list);
  if (is_in) return path;
  const char* const quoted = pg::Call([&] { return quote_identifier(schema.c_str()); });
  const std::string first = quoted;
  if (quoted != schema.c_str()) pfree(const_cast<char*>(quoted));
  return path.empty() ? first : first + ", " + path;
}

}  // namespace

std::string WorkerSearchPath() {
  return WithAppSchema(pg::Call([] { return GetConfigOptionResetString("search_path"); }));
}

pg::Role Worker() {
  const pg::RoleId role = pg::RoleByName(kWorkerRole);
  if (pg::Call([] { return GetSessionUserId(); }) == role) return {role, WorkerSearchPath()};
  static const auto& path = *new std::string(WithAppSchema(DatabaseSearchPath()) + ", pg_temp");
  return {role, path};
}

pg::Query OwnQuery(std::string sql) {
  pg::Query query(std::move(sql));
  query.As({pg::OwnerOf("soulprint", "full_passes"), pg::kSafeSearchPath});
  return query;
}

}  // namespace soulprint
