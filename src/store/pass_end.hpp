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

// How a pass failed.
struct Failure {
  std::string reason;             // for full_pass_error and full_passes.error
  bool memory_published = false;  // by this attempt: soulprint_text is made of it
  bool lacks_sections = false;    // they were what failed: the reason says first that MEMORY is out
  std::string alert = {};         // what alert_url is told of it (Ending::alert), "" = nothing
};

// Ends the pass as failed.  Returns what the pass did, as PublishProfile does.
std::string FailPass(PassLease& lease, const Failure& failure);

// The same for a pass that could not be claimed.
std::string FailUnclaimedPass(PassLease& lease, const Failure& failure);

// Ends the pass as failed without the profile, which does not take that.  Returns "" if it has
// ended already.
std::string FailPassAlone(const PassLease& lease, const Failure& failure);

// Returns the pass to the queue, not due before `wait` has passed.  A charged attempt counts.
// `shown` is the reason that the profile shows, to people who cannot act on the server.
void RequeuePass(PassLease& lease, const std::string& reason, const std::string& shown,
                 bool charged, std::chrono::milliseconds wait);

}  // namespace soulprint
