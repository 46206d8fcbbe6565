// Passes whose worker ended before they did (doc/architecture.md, "Crashes").
//
// A worker that ends in order returns its pass itself.  A pass that is running without a worker,
// and began in other shared memory than there is now, was interrupted by the end of the server.  A
// worker that was told to quit, or found the postmaster dead, left a note: it did not die itself.

#pragma once

#include <chrono>

#include "store/lease.hpp"

namespace soulprint {

// After so many crashes in which its own worker died, the last of them while it ran alone, a pass
// is not tried again.
inline constexpr int kMostCrashes = 10;

// After so many crashes a pass is a suspect, whichever processes died.
inline constexpr int kCrashesToSuspect = 3;

// How long a suspect runs alone; then it is none any more.
std::chrono::minutes TimeAlone(int crashes);

// Returns passes without a worker to the queue, uncharged, due in a second.  Those that a crash
// interrupted are logged, and the second is doubled with each of their crashes, up to a minute;
// after more than kMostCrashes it is an hour.  Those whose worker died in it, or that have met
// kCrashesToSuspect, become suspects.  False if there was none.
bool ReturnOrphans();

// From now until ForgetPassAtExit, the pass returns to the queue, uncharged, if this process ends
// in order: terminated, or by a shutdown of the server.  If that is not possible, it leaves a note.
void ReturnPassAtExit(const PassLease& lease);
void ForgetPassAtExit();

// The pass has run alone for long enough.
void ClearSuspicion(const PassLease& lease);

}  // namespace soulprint
