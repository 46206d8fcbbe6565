// soulprint.full_passes as a queue: what waits, taking a pass, looking up pending profiles.

#pragma once

#include <cstdint>
#include <optional>

#include "shared_state.hpp"
#include "store/sql_store.hpp"
#include "util/error.hpp"

namespace soulprint {

// True if the queue is there as a part of the extension.  Needs an open transaction.
bool IsInstalled();

// Takes a pass that waits, or that a dead worker left behind: locks it and commits it as running.
// `only` = this pass, 0 = any.  nullopt if there is none.
std::optional<TakenPass> TakePass(std::int64_t only);

// If the error is that of a lock which somebody holds, the pass stays as it is and waits for
// seconds, and the attempt does not count.  False if it is not: SQL can raise the same without a
// lock.
bool PutOffForLock(const TakenPass& pass, const Error& error);

// For a pass whose profile does not take what a worker writes (a trigger of the application raises
// an error, say): it stays as it is and waits for minutes, so that it stands in nobody's way.  For
// a lock as PutOffForLock.
void PostponePass(const TakenPass& pass, const Error& error);

// Lets go of the pass's lock.  To be called after the end of the pass is committed.
void ReleasePass(const TakenPass& pass);

// Queues pending profiles that the trigger did not see: those with a storage_path, then those of
// the next 10,000 in user_id order that have something to read and whose import is at rest for 10
// s. Returns where the next look-up goes on.
wake::UserId LookUpPendingProfiles(const wake::UserId& position);

// Deletes history and replies that are older than the settings keep them, and what is known of
// users who have no profile any more, a bounded number.
void DeleteExpired();

}  // namespace soulprint
