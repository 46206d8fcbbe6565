// soulprint.full_passes as a queue: what waits, claiming a pass, putting one off, looking up
// pending profiles (doc/behavior.md, "Status and commits").

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/lease.hpp"

namespace soulprint {

// A pass that waits.
struct QueuedPass {
  std::int64_t id = 0;
  std::string user_id;
  // Set by ReadQueuedPass and ClaimPass.
  int attempts = 0;              // charged so far; after ClaimPass, with the one that begins
  int crashes = 0;               // of the server, during this pass
  int own_crashes = 0;           // of these, those in which its worker died
  bool suspect = false;          // it may crash the server: it runs alone
  std::string put_off_for = {};  // why this attempt was put off before, "" = it was not
};

// True if the queue exists as part of the extension.  Needs an open transaction.
bool IsInstalled();

// Passes that are due, or the pass `only` whether it is due or not (0 = all); at most 100.  While a
// suspect is due or runs, nothing else is; and it is due only if nothing else runs.  So it is with
// the suspects of another database whose launcher has the trial lock.
std::vector<QueuedPass> DuePasses(std::int64_t only);

// True if a pass has been due for a second: no worker was free for it.  Or suspects of another
// database wait.
bool OthersWait();

// Reads the pass anew, for the holder of its lock.  False if it has ended or, unless it is `only`,
// is no longer due: another worker was faster; or if somebody holds its row, who may hold the
// profile's, too.
bool ReadQueuedPass(QueuedPass* pass, std::int64_t only);

enum class Claim {
  kClaimed,
  kCanceled,  // the profile no longer asks for a pass, so the pass was canceled
  kLost,      // another process was faster
};

// Commits the profile as processing and the pass as running, for the holder of its lock: compare
// and set.
// Throws Error, nothing written: 27000 if a trigger took the status back or a policy hides the row
// from the update, 55P03 if somebody holds a lock for a second.
Claim ClaimPass(QueuedPass* pass);

// The pass is queued and not due before `wait` has passed; the profile keeps its status.  `charge`
// is added to its attempts.  False if it was put off for this reason already.  Waits 100 ms for a
// lock.
bool PutOffPass(const PassLease& lease, const std::string& reason, std::chrono::milliseconds wait,
                int charge);

// Shows the reason for which the pass waits in the profile too, if the profile takes it.
void ExplainWait(const PassLease& lease, const std::string& reason);

// Shows the reason in the passes that are due; at most 1,000.
void ExplainDuePasses(const std::string& reason);

// Counts a pause that this pass met; the number it has met by now, 0 if it is gone.
int CountPause(const PassLease& lease);

// Queues pending profiles that the trigger did not see: those with a storage_path, then those of
// the next 10,000 in user_id order that have conversations and were not imported to in the last 10
// s.  `position` is where the last scan ended, "" = at the beginning; returns where the next one
// begins.
std::string LookUpPendingProfiles(const std::string& position);

// Deletes a bounded number of history rows and replies that are older than the settings keep them,
// and of users without a profile.
void DeleteExpired();

}  // namespace soulprint
