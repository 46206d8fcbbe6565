// Locks of the application's users, and how long a worker waits for one.

#pragma once

#include <cstdint>
#include <string>

namespace soulprint {

// The fourth field of an advisory lock's tag.  No SQL function takes or releases such locks.
inline constexpr std::uint16_t kPassLockClass = 0x5350;  // held by the worker of a pass (PassLease)
inline constexpr std::uint16_t kImportLockClass = 0x5351;

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

// Keeps the profile from being deleted until the end of the transaction.  Call it last: a delete
// locks other rows first, and a statement that began earlier still sees the profile.  Throws
// PassLost if the profile is gone.
void LockProfileRow(const std::string& user_id);

// Sets lock_timeout for the open transaction.
inline constexpr const char* kBriefly = "100ms";  // while requests are in flight
inline constexpr const char* kForAWhile = "1s";   // while other passes wait for this worker
void LimitLockWait(const char* lock_timeout);

}  // namespace soulprint
