// What requesting a pass, canceling one and the end of one have in common, in the queue and towards
// the application.
//
// All of it needs an open transaction.  Rows of the application's tables are read as
// soulprint_worker, the queue as its owner (identity.hpp), whoever the caller is.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace soulprint {

// Throws Error unless the present role sees a profile of this user: P0002 if there is none, 42501
// if it may not read user_profiles, 42P01 if that table is not there yet.
void RequireProfile(const std::string& user_id);

// True if the present role may change the user's profile.  Locking a row needs the right to update
// it, of the table's grants and of its policies.
bool MayChangeProfile(const std::string& user_id);

// Queues a pass for a profile that is pending and has something to read, and wakes the launcher
// when the transaction commits.  The id of that pass, or of the one that is queued or running;
// nullopt if the profile asks for none.
std::optional<std::int64_t> QueuePass(const std::string& user_id);

// The pass of this user that is running, nullopt if there is none, or if something to read has
// changed since it began.
std::optional<std::int64_t> CurrentPass(const std::string& user_id);

// Requests a pass with the rights of the present role: the id of the one that is queued or running
// then.  Throws Error as RequireProfile does, and 55000 if the user has nothing to read.
std::int64_t StartPass(const std::string& user_id, const std::optional<std::string>& storage_path);

// Ends the user's queued or running pass with the rights of the present role; false if there is
// none.  Throws Error as RequireProfile does.
bool CancelPass(const std::string& user_id);

// Interrupts the worker that holds the row of the user's pass in a transaction of its own, if one
// does: it stores chunks, or waits for a row that the present transaction holds.
void InterruptHolder(const std::string& user_id);

// Tells listeners on channel soulprint, when the transaction commits, how a pass ended: "complete"
// or "failed", and why ("" = nothing to say).
void NotifyEnded(const std::string& user_id, std::int64_t pass_id, const std::string& status,
                 const std::string& error);

}  // namespace soulprint
