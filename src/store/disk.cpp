#include "store/disk.hpp"

#include <sys/statvfs.h>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr std::uint64_t kLeast = 8 * 1024 * 1024;

// Of this database in that tablespace; relative to the data directory, where each process is.
std::string PathOf(Oid tablespace) {
  char* const path = pg::Call([&] { return GetDatabasePath(MyDatabaseId, tablespace); });
  std::string copy = path;
  pg::Call([&] { pfree(path); });
  return copy;
}

}  // namespace

bool HasFullDisk() {
  const pg::Rows tablespaces = pg::InTransaction([] {
    return pg::Query(R"(
             SELECT dattablespace FROM pg_database WHERE datname = current_database()
             UNION SELECT reltablespace FROM pg_class
             WHERE reltablespace <> 0
             AND relnamespace IN (to_regnamespace('soulprint'), to_regnamespace(quote_ident($1))))")
        .Text(settings::app_schema)
        .Run();
  });
  for (const pg::Row& row : tablespaces) {
    struct statvfs disk {};
    // A tablespace without a folder of this database holds none of its data.
    if (statvfs(PathOf(static_cast<Oid>(row.BigInt(0))).c_str(), &disk) != 0) continue;
    if (std::uint64_t{disk.f_bavail} * disk.f_frsize < kLeast) return true;
  }
  return false;
}

}  // namespace soulprint
