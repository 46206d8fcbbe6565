#include "store/locks.hpp"

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

LOCKTAG TrialLock() {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, InvalidOid, 0, 0, kTrialLockClass);
  return tag;
}

}  // namespace

ImportLock ImportLockOf(const std::string& user_id) {
  const std::uint64_t hash =
      hash_bytes_extended(reinterpret_cast<const unsigned char*>(user_id.data()),
                          static_cast<int>(user_id.size()), kImportLockClass);
  return {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(hash)};
}

void LockImports(const std::string& user_id) {
  const ImportLock lock = ImportLockOf(user_id);
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, lock.high, lock.low, kImportLockClass);
  pg::Call([&] { LockAcquire(&tag, ExclusiveLock, false, false); });
}

bool MayChangeProfile(const std::string& user_id) {
  return pg::Query(R"(
           SELECT has_schema_privilege($1, 'USAGE')
                  AND has_column_privilege($2, 'user_id', 'SELECT')
                  AND has_any_column_privilege($2, 'UPDATE'))")
             .Text(settings::app_schema)
             .Text(AppSql("{profiles}"))
             .Run()
             .at(0)
             .Bool(0) &&
         AppQuery(app::kKeepProfile).Uuid(user_id).Execute() > 0;
}

void LockProfileRow(const std::string& user_id) {
  // Citus lets no two roles change in one transaction what lies together.
  if (MayChangeProfile(user_id)) return;
  const std::uint64_t found = AppQuery(app::kKeepProfile).Uuid(user_id).As(Worker()).Execute();
  if (found == 0) throw PassLost(Format("user {} was deleted", user_id));
}

bool TryTrialLock() {
  const LOCKTAG tag = TrialLock();
  return pg::Call(
      [&] { return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL; });
}

void ReleaseTrialLock() {
  const LOCKTAG tag = TrialLock();
  pg::Call([&] { LockRelease(&tag, ExclusiveLock, true); });
}

void LimitLockWait(const char* lock_timeout) {
  pg::Call([&] {
    set_config_option("lock_timeout", lock_timeout, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL,
                      true, 0, false);
  });
}

void UnlessLocked(const std::function<void()>& look) {
  try {
    look();
  } catch (const SqlError& error) {
    if (error.sqlstate() != sqlstate::kLockNotAvailable) throw;
  }
}

}  // namespace soulprint
