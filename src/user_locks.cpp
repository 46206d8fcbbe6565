#include "user_locks.hpp"

#include "error.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// Of an advisory lock, so that no SQL function takes or frees it; kPassLockClass is another one.
constexpr std::uint16_t kImportLockClass = 0x5351;

}  // namespace

void LockImports(const std::string& user_id) {
  LOCKTAG tag;
  // Users whose hashes are equal wait for each other, too.
  const std::uint64_t hash =
      hash_bytes_extended(reinterpret_cast<const unsigned char*>(user_id.data()),
                          static_cast<int>(user_id.size()), kImportLockClass);
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<std::uint32_t>(hash >> 32),
                       static_cast<std::uint32_t>(hash), kImportLockClass);
  pg::Call([&] { LockAcquire(&tag, ExclusiveLock, false, false); });
}

void HoldProfile(const std::string& user_id) {
  const std::uint64_t found = pg::Query("SELECT FROM " + settings::AppTable("user_profiles") +
                                        " WHERE user_id = $1 FOR KEY SHARE")
                                  .Uuid(user_id)
                                  .Execute();
  if (found == 0) throw Error(sqlstate::kNoData, "user " + user_id + " was deleted");
}

}  // namespace soulprint
