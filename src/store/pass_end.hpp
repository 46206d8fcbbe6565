// The transactions of a pass that a reader of the profile sees (doc/behavior.md, "Status and
// commits").  Each locks the profile's row first, then the pass's.
//
// All throw PassLost, nothing written, if the pass is no longer this process's; Error 27000 if the
// profile does not have what was written: a trigger took it back, or a policy or a rule kept the
// update from the row; SqlError.

#pragma once

#include <chrono>
#include <string>

#include "pg/query.hpp"
#include "pipeline/types.hpp"
#include "store/lease.hpp"

namespace soulprint {

// Throws Error 27000 unless an update of the profile, which returned full_pass_status first, left
// there the status that it set.
void RequireStatus(const std::string& set, const pg::Rows& left);

// Publishes MEMORY alone.
void PublishMemory(PassLease& lease, const std::string& memory_md);

// Publishes the profile and ends the pass as complete.  Returns what the pass did, for the log:
// "10 conversations, 24 chunks, …".
std::string PublishProfile(PassLease& lease, const Profile& profile);

// Ends the pass as failed with this reason.  `memory_published`: this attempt published MEMORY, so
// soulprint_text is made of it and the stored sections.
void FailPass(PassLease& lease, const std::string& reason, bool memory_published);

// The same for a pass that could not be claimed.
void FailUnclaimedPass(PassLease& lease, const std::string& reason);

// Ends the pass as failed without the profile, which does not take that.
void FailPassAlone(const PassLease& lease, const std::string& reason);

// Returns the pass to the queue, not due before `wait` has passed.  A charged attempt counts.
// `shown` is the reason that the profile shows, to people who cannot act on the server.
void RequeuePass(PassLease& lease, const std::string& reason, const std::string& shown,
                 bool charged, std::chrono::milliseconds wait);

}  // namespace soulprint
