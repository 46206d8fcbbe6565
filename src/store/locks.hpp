// Locks of the application's users, and how long a worker waits for one.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace soulprint {

// The fourth field of an advisory lock's tag.  No SQL function takes or releases such locks.
inline constexpr std::uint16_t kPassLockClass = 0x5350;  // held by the worker of a pass (PassLease)
inline constexpr std::uint16_t kImportLockClass = 0x5351;
inline constexpr std::uint16_t kCostLockClass = 0x5352;   // of the limit of the day (Purse)
inline constexpr std::uint16_t kTrialLockClass = 0x5353;  // of the whole server (TryTrialLock)

// The second and third fields of the tag of a user's import lock.  Users whose hashes are equal
// wait for each other, too.
struct ImportLock {
  std::uint32_t high;
  std::uint32_t low;
};
ImportLock ImportLockOf(const std::string& user_id);

// Takes the user's import lock until the end of the transaction; waits for other imports of the
// user.  Two that met the same conversations in different orders would deadlock.
void LockImports(const std::string& user_id);

// True if the current role may change the user's profile.  Locking a row needs the right to update
// it, by the table's grants and by its policies.
bool MayChangeProfile(const std::string& user_id);

// Keeps the profile from being deleted until the end of the transaction.  Call it last: a delete
// locks other rows first, and a statement that began earlier still sees the profile.  The current
// role locks it if it may, else soulprint_worker.  Throws PassLost if the profile is gone.
void LockProfileRow(const std::string& user_id);

// The launcher whose suspects run alone on the server has this lock.  False if another has it.
bool TryTrialLock();
void ReleaseTrialLock();

// True if the launcher of another database has it; if a pass of another database runs; as
// expressions.
static_assert(kTrialLockClass == 21331 && kPassLockClass == 21328);
inline constexpr std::string_view kTrialElsewhere = R"(
  EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.objsubid = 21331 AND l.granted
          AND a.datname <> current_database()))";
inline constexpr std::string_view kPassElsewhere = R"(
  EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 21328 AND granted
          AND database <> (SELECT oid FROM pg_database WHERE datname = current_database())))";

// Sets lock_timeout for the open transaction.
inline constexpr const char* kBriefly = "100ms";  // while requests are in flight
inline constexpr const char* kForAWhile = "1s";   // while other passes wait for this worker
void LimitLockWait(const char* lock_timeout);

// Runs a look that somebody's lock may keep from its data for now: passes over 55P03.
void UnlessLocked(const std::function<void()>& look);

// The ids of the passes whose workers are alive, as a query; its parameter $1 is kPassLockClass.
inline constexpr std::string_view kHeldPasses = R"(
  SELECT classid::bigint << 32 | objid::bigint AS id FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = $1 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

}  // namespace soulprint
