// What is locked of a user, to the end of the transaction, while something of theirs is written.

#pragma once

#include <cstdint>
#include <string>

namespace soulprint {

// The fourth field of an advisory lock's tag.  No SQL function takes or frees locks of these.
inline constexpr std::uint16_t kPassLockClass = 0x5350;  // held by the worker of a pass
inline constexpr std::uint16_t kImportLockClass = 0x5351;

// The other numbers of the user's lock.  Users whose hashes are equal wait for each other, too.
struct ImportLock {
  std::uint32_t high;
  std::uint32_t low;
};
ImportLock ImportLockOf(const std::string& user_id);

// Imports of one user come one after the other: two that met the same conversations in different
// orders would be a deadlock.  Waits for the other's transaction.
void LockImports(const std::string& user_id);

// Keeps the profile from being deleted.  To be called last: who deletes a user locks other rows
// before the profile's, and a statement that was begun earlier does not see that it is gone.
// Throws Error 02000 if there is no profile any more.
void HoldProfile(const std::string& user_id);

}  // namespace soulprint
