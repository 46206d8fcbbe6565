// Shared memory between launchers, workers and backends; waking the launcher at commit.
//
// It exists only if the library is preloaded.  Otherwise every function does nothing.
//
// Each database of soulprint.database has a place of its own in it, and those that no launcher
// serves have one together.  The limiter and the counters of requests are the server's.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace soulprint {
class Limiter;
class Statistics;
}  // namespace soulprint

namespace soulprint::shared_state {

// Requests the shared memory.  For _PG_init while preloading.
void RequestSharedMemory();

// The time at which this shared memory was made, in microseconds: a crash of the server makes it
// anew.  0 without preloading.
std::int64_t Epoch();

// The place of this process's database: its index in settings::Databases(), which are fewer than
// the place of those that are not in there.  Needs an open transaction where UsePlace() was not
// called.
int Place();

// For a background process, before any other function: the place of its database.
void UsePlace(int place);

// Wakes the launcher when the open transaction commits.  Raises no ERROR after its first call in a
// process; throws SqlError then if there is no memory.
void WakeLauncherAtCommit();

// The same; during a pause the next probe is due then.
void ProbeAtCommit();

// Registers the launcher's latch as the one to set.  True if the previous launcher ended before it
// had connected, and nobody has called for it since.
bool LauncherStarts();
void LauncherConnected();

// The number of passes that workers have ended since the server started.
std::uint32_t PassesEnded();
void CountPassEnded();

// No requests are sent, except for a probe from time to time (doc/architecture.md, "The gate").
struct Pause {
  std::string reason;
  std::string hint;
  std::chrono::steady_clock::time_point next_probe;
  std::int64_t since = 0;  // in microseconds, as a timestamptz; BeginPause sets it
};

std::optional<Pause> CurrentPause();

// Begins or continues a pause and wakes the launcher.  Texts are cut to 511 and 255 bytes.  The
// start of a pause, or a failed probe, sets the time of the next probe, unless ProbeNow() was
// called during that probe.  True if the reason is new.
bool BeginPause(const Pause& pause, bool by_probe);

// Claims the probe if one is due; the next one is due at `next`.
bool ClaimProbe(std::chrono::steady_clock::time_point next);

// Makes the next probe due now.
void ProbeNow();

// The same after a reload, also in databases that no launcher serves: there nobody notices it.
void ProbeAfterReload();

// Ends the pause and wakes the launcher.  False if there was none.
bool EndPause();

// Calls `use` with the limiter that all workers share, which nobody else uses meanwhile; `use`
// neither throws nor waits.  When this process ends, however it ends, it leaves the limiter.  False
// without shared memory.
bool WithLimiter(const std::function<void(Limiter&)>& use);

// The same with the counters of requests, whose times are timestamptz in microseconds; requests in
// flight when this process ends are given up.
bool WithStatistics(const std::function<void(Statistics&)>& use);

// What the limiter has learned, and who waits; "" = nothing.
std::string DescribeLimits();

// The same while a pass is held back, else "".
std::string DescribeWait();

// Before this time no alert is sent: the last one failed.
std::chrono::steady_clock::time_point NextAlert();
void DelayAlerts(std::chrono::steady_clock::time_point until);

// The user_id at which the scan for pending profiles continues; "" = at the beginning.
std::string LookUpPosition();
void SetLookUpPosition(const std::string& user_id);

}  // namespace soulprint::shared_state
