// Passes whose worker ended before they did (doc/architecture.md, "Crashes").
//
// A worker that ends in order returns its pass itself.  A pass that is running without a worker,
// and began in other shared memory than there is now, was interrupted by the end of the server.  If
// its worker was told to quit, by SIGQUIT or by the death of the postmaster, it left a note: the
// reason was elsewhere.  Otherwise the worker itself may have crashed the server.

#pragma once

#include <chrono>

#include "store/lease.hpp"

namespace soulprint {

// After so many crashes, the last of them while it ran alone, a pass is not tried again.
inline constexpr int kMostCrashes = 10;

// How long a suspect runs alone; then it is none any more.
std::chrono::minutes TimeAlone(int crashes);

// Returns passes without a worker to the queue, uncharged, due in a second.  Those whose worker
// died in a crash become suspects; each is logged, and the second is doubled with each of its
// crashes, up to a minute.  False if there was none.
bool ReturnOrphans();

// From now until ForgetPassAtExit, the pass returns to the queue, uncharged, if this process ends
// in order: terminated, or by a shutdown of the server.  If it is told to quit, it leaves a note.
void ReturnPassAtExit(const PassLease& lease);
void ForgetPassAtExit();

// The pass has run alone for long enough.
void ClearSuspicion(const PassLease& lease);

}  // namespace soulprint
