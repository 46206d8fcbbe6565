// The requester's side of the queue: requesting a pass, canceling one, telling listeners.
//
// All functions need an open transaction.  Those that read the application's tables for the queue
// do so as soulprint_worker; they change the queue as its owner (store/identity.hpp), whatever role
// calls.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace soulprint {

// Throws Error unless the current role sees a profile of this user: P0002 if there is none, 42501
// if it may not read user_profiles, 42P01 before soulprint_setup(), 55000 if extension and library
// are of different versions.
void RequireProfile(const std::string& user_id);

// Throws Error 42501: the current role sees the profile but may not change it.
[[noreturn]] void ThrowMayOnlySee(const std::string& user_id);

// True if the user has something to read: conversations, notes or a storage_path.  Call it before
// the current role changes the profile: it reads as soulprint_worker, and Citus lets no other role
// read what a transaction has changed.
bool HasSources(const std::string& user_id);

// Queues a pass, and wakes the launcher when the transaction commits.  A pass that waits for its
// next attempt becomes due, but after a crash.  Returns the id of that pass, or of the one that is
// queued or running.
std::int64_t Enqueue(const std::string& user_id);

// Does so for a profile that is pending and has something to read; nullopt if it is not or has not.
std::optional<std::int64_t> QueuePass(const std::string& user_id);

// The running pass of this user; nullopt if there is none, or if conversations have changed since
// it began.
std::optional<std::int64_t> CurrentPass(const std::string& user_id);

// Requests a pass with the rights of the current role.  Returns the id of the pass that is queued
// or running then.  Throws Error as RequireProfile does, and 55000 if the user has no
// conversations, no notes and no storage_path. `max_cost_usd` and `batch` are for a pass that waits
// or is queued now; a running one keeps its own.
std::int64_t StartPass(const std::string& user_id, const std::optional<std::string>& storage_path,
                       const std::optional<double>& max_cost_usd = std::nullopt,
                       const std::optional<bool>& batch = std::nullopt);

// Ends the user's queued or running pass with the rights of the current role; false if there is
// none.  Throws Error as RequireProfile does.
bool CancelPass(const std::string& user_id);

// Requests a pass, with the rights of the current role, for each user whose last pass failed in the
// interval `since` before now (nullopt = ever) and was not canceled.  Returns how many were
// requested.
std::int64_t RetryFailed(const std::optional<std::string>& since);

// Cancels the statement of a worker that holds the row of the user's pass in a long transaction: it
// stores chunks, or waits for a row that the open transaction holds.
void InterruptHolder(const std::string& user_id);

// Notifies channel soulprint, when the transaction commits, of how a pass ended: "complete" or
// "failed", and why ("" = no reason).
void NotifyEnded(const std::string& user_id, std::int64_t pass_id, const std::string& status,
                 const std::string& error);

}  // namespace soulprint
