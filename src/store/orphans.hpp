// Passes whose worker ended before they did (doc/architecture.md, "Crashes").
//
// A worker that ends in order returns its pass itself.  So a pass that is running without a worker
// was interrupted by a crash of the server, and one of the passes that ran then may be the reason.

#pragma once

#include <chrono>

#include "store/lease.hpp"

namespace soulprint {

// After so many crashes, the last of them while it ran alone, a pass is not tried again.
inline constexpr int kMostCrashes = 10;

// How long a suspect runs alone; then it is none any more.
std::chrono::minutes TimeAlone(int crashes);

// Returns the passes that a crash interrupted to the queue, as suspects, uncharged.  Each is logged
// and waits a second, doubled with each of its crashes, at most a minute.  False if there was none.
bool ReturnOrphans();

// From now until ForgetPassAtExit, the pass returns to the queue, uncharged, if this process ends
// in order: terminated, or by a shutdown of the server.
void ReturnPassAtExit(const PassLease& lease);
void ForgetPassAtExit();

// The pass has run alone for long enough.
void ClearSuspicion(const PassLease& lease);

}  // namespace soulprint
