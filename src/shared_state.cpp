#include "shared_state.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

#include "llm/limiter.hpp"
#include "llm/statistics.hpp"
#include "pg/call.hpp"
#include "settings.hpp"
#include "settings_check.hpp"

#include "pg/postgres.hpp"

namespace soulprint::shared_state {

namespace {

using Clock = std::chrono::steady_clock;

struct DatabaseState {
  Latch* launcher;  // a latch of a PGPROC: it exists as long as the server does
  bool connecting;  // a launcher started and has not connected yet
  pg_atomic_uint32 passes_ended;
  char look_up_position[37];  // a user_id as text
  char pause_reason[512];     // "" = no pause
  char pause_hint[256];
  std::int64_t paused_since;
  Clock::time_point next_probe;
  Clock::time_point next_alert;
};

constexpr int kUnserved = settings::kMostDatabases;

struct Shared {
  slock_t mutex;
  std::int64_t epoch;
  DatabaseState databases[kUnserved + 1];
  Limiter limiter;  // under requests_lock, with what follows
  Statistics statistics;
};

Shared* shared = nullptr;
std::optional<int> place_of_process;
LWLock* requests_lock = nullptr;
bool wake_at_commit = false;
bool probe_at_commit = false;
shmem_request_hook_type previous_request_hook = nullptr;
shmem_startup_hook_type previous_startup_hook = nullptr;

void RequestHook() {
  if (previous_request_hook != nullptr) previous_request_hook();
  RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
  RequestNamedLWLockTranche("soulprint", 1);
}

void StartupHook() {
  if (previous_startup_hook != nullptr) previous_startup_hook();
  bool found = false;
  LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
  shared = static_cast<Shared*>(ShmemInitStruct("soulprint", sizeof(Shared), &found));
  if (!found) {
    SpinLockInit(&shared->mutex);
    shared->epoch = GetCurrentTimestamp();
    for (DatabaseState& database : shared->databases) {
      new (&database) DatabaseState{};
      pg_atomic_init_u32(&database.passes_ended, 0);
    }
    new (&shared->limiter) Limiter();
    new (&shared->statistics) Statistics(shared->epoch);
  }
  requests_lock = &GetNamedLWLockTranche("soulprint")->lock;
  LWLockRelease(AddinShmemInitLock);
}

DatabaseState& Mine() { return shared->databases[Place()]; }

// Copies as many whole characters as fit, and a terminating zero.
void CopyClipped(const std::string& text, char* to, std::size_t size) {
  const auto clipped =
      pg_mbcliplen(text.data(), static_cast<int>(text.size()), static_cast<int>(size - 1));
  memset(to, 0, size);
  memcpy(to, text.data(), static_cast<std::size_t>(clipped));
}

void WakeLauncher() {
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  Latch* const latch = mine.launcher;
  // This process is connected: the next launcher need not wait for its database.
  mine.connecting = false;
  SpinLockRelease(&shared->mutex);
  if (latch != nullptr) SetLatch(latch);
}

void WithRequests(const std::function<void()>& use) {
  pg::Call([&] { LWLockAcquire(requests_lock, LW_EXCLUSIVE); });
  use();
  pg::Call([] { LWLockRelease(requests_lock); });
}

// Of this process, in each row of the statistics.
std::array<std::int64_t, Statistics::kMostModels> in_flight;

void LeaveRequests(int, Datum) {
  WithRequests([] {
    shared->limiter.LeaveAll(MyProcPid);
    for (std::size_t i = 0; i < in_flight.size(); ++i) shared->statistics.GiveUp(i, in_flight[i]);
  });
}

void LeaveRequestsAtExit() {
  static bool registered = false;
  if (!registered) pg::Call([] { before_shmem_exit(LeaveRequests, 0); });
  registered = true;
}

void AtTransactionEnd(XactEvent event, void*) {
  if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
    return;
  if (probe_at_commit && event == XACT_EVENT_COMMIT) ProbeNow();
  if (wake_at_commit && event == XACT_EVENT_COMMIT) WakeLauncher();
  wake_at_commit = false;
  probe_at_commit = false;
}

}  // namespace

void RequestSharedMemory() {
  previous_request_hook = shmem_request_hook;
  shmem_request_hook = RequestHook;
  previous_startup_hook = shmem_startup_hook;
  shmem_startup_hook = StartupHook;
}

std::int64_t Epoch() { return shared == nullptr ? 0 : shared->epoch; }

// A database keeps its name as long as a process is connected to it.
int Place() {
  if (place_of_process) return *place_of_process;
  const char* const name = pg::Call([] { return get_database_name(MyDatabaseId); });
  const std::vector<std::string>& names = settings::Databases();
  const auto found = std::find(names.begin(), names.end(), name == nullptr ? "" : name);
  UsePlace(found == names.end() ? kUnserved : static_cast<int>(found - names.begin()));
  return *place_of_process;
}

void UsePlace(int place) { place_of_process = place; }

void WakeLauncherAtCommit() {
  static bool registered = false;
  if (shared == nullptr) return;
  Place();
  if (!registered) {
    pg::Call([] { RegisterXactCallback(AtTransactionEnd, nullptr); });
    registered = true;
  }
  wake_at_commit = true;
}

void ProbeAtCommit() {
  WakeLauncherAtCommit();
  probe_at_commit = shared != nullptr;
}

bool LauncherStarts() {
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  const bool never_connected = mine.connecting;
  mine.launcher = MyLatch;
  mine.connecting = true;
  SpinLockRelease(&shared->mutex);
  return never_connected;
}

void LauncherConnected() {
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  mine.connecting = false;
  SpinLockRelease(&shared->mutex);
}

std::uint32_t PassesEnded() {
  return shared == nullptr ? 0 : pg_atomic_read_u32(&Mine().passes_ended);
}

void CountPassEnded() {
  if (shared != nullptr) pg_atomic_fetch_add_u32(&Mine().passes_ended, 1);
}

std::optional<Pause> CurrentPause() {
  if (shared == nullptr) return std::nullopt;
  const DatabaseState& mine = Mine();
  char reason[sizeof(mine.pause_reason)];
  char hint[sizeof(mine.pause_hint)];
  SpinLockAcquire(&shared->mutex);
  memcpy(reason, mine.pause_reason, sizeof(reason));
  memcpy(hint, mine.pause_hint, sizeof(hint));
  Clock::time_point const next_probe = mine.next_probe;
  std::int64_t const since = mine.paused_since;
  SpinLockRelease(&shared->mutex);
  if (reason[0] == '\0') return std::nullopt;
  return Pause{reason, hint, next_probe, since};
}

bool BeginPause(const Pause& pause, bool by_probe) {
  if (shared == nullptr) return true;
  DatabaseState& mine = Mine();
  char reason[sizeof(mine.pause_reason)];
  char hint[sizeof(mine.pause_hint)];
  CopyClipped(pause.reason, reason, sizeof(reason));
  CopyClipped(pause.hint, hint, sizeof(hint));
  std::int64_t const now = GetCurrentTimestamp();
  SpinLockAcquire(&shared->mutex);
  const bool paused = mine.pause_reason[0] != '\0';
  const bool known = strcmp(mine.pause_reason, reason) == 0;
  memcpy(mine.pause_reason, reason, sizeof(reason));
  memcpy(mine.pause_hint, hint, sizeof(hint));
  if (!paused) mine.paused_since = now;
  // An answer to an older request, or to a probe, may come after a reload, which made a probe due.
  const bool probe_asked_for = mine.next_probe == Clock::time_point{};
  if (!paused || (by_probe && !probe_asked_for)) mine.next_probe = pause.next_probe;
  SpinLockRelease(&shared->mutex);
  WakeLauncher();
  return !known;
}

bool ClaimProbe(Clock::time_point next) {
  if (shared == nullptr) return false;
  DatabaseState& mine = Mine();
  Clock::time_point const now = Clock::now();
  SpinLockAcquire(&shared->mutex);
  const bool due = now >= mine.next_probe;
  if (due) mine.next_probe = next;
  SpinLockRelease(&shared->mutex);
  return due;
}

void ProbeNow() {
  if (shared == nullptr) return;
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  mine.next_probe = {};
  SpinLockRelease(&shared->mutex);
}

void ProbeAfterReload() {
  ProbeNow();
  SpinLockAcquire(&shared->mutex);
  shared->databases[kUnserved].next_probe = {};
  SpinLockRelease(&shared->mutex);
}

bool EndPause() {
  if (!CurrentPause()) return false;
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  mine.pause_reason[0] = '\0';
  SpinLockRelease(&shared->mutex);
  WakeLauncher();
  return true;
}

bool WithLimiter(const std::function<void(Limiter&)>& use) {
  if (shared == nullptr) return false;
  LeaveRequestsAtExit();
  WithRequests([&] { use(shared->limiter); });
  return true;
}

bool WithStatistics(const std::function<void(Statistics&)>& use) {
  if (shared == nullptr) return false;
  LeaveRequestsAtExit();
  WithRequests([&] {
    const Statistics::Rows& rows = shared->statistics.rows();
    for (std::size_t i = 0; i < rows.size(); ++i) in_flight[i] -= rows[i].in_flight;
    use(shared->statistics);
    for (std::size_t i = 0; i < rows.size(); ++i) in_flight[i] += rows[i].in_flight;
  });
  return true;
}

std::string DescribeLimits() {
  std::string text;
  WithLimiter([&](Limiter& limiter) { text = limiter.Describe(Clock::now()); });
  return text;
}

std::string DescribeWait() {
  std::string text;
  WithLimiter([&](Limiter& limiter) {
    if (const auto now = Clock::now(); limiter.HoldsBack(now)) text = limiter.Describe(now);
  });
  return text;
}

Clock::time_point NextAlert() {
  if (shared == nullptr) return {};
  const DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  Clock::time_point const next = mine.next_alert;
  SpinLockRelease(&shared->mutex);
  return next;
}

void DelayAlerts(Clock::time_point until) {
  if (shared == nullptr) return;
  DatabaseState& mine = Mine();
  SpinLockAcquire(&shared->mutex);
  mine.next_alert = until;
  SpinLockRelease(&shared->mutex);
}

std::string LookUpPosition() {
  if (shared == nullptr) return {};
  const DatabaseState& mine = Mine();
  char position[sizeof(mine.look_up_position)];
  SpinLockAcquire(&shared->mutex);
  memcpy(position, mine.look_up_position, sizeof(position));
  SpinLockRelease(&shared->mutex);
  return position;
}

void SetLookUpPosition(const std::string& user_id) {
  if (shared == nullptr) return;
  DatabaseState& mine = Mine();
  char position[sizeof(mine.look_up_position)] = {};
  strlcpy(position, user_id.c_str(), sizeof(position));
  SpinLockAcquire(&shared->mutex);
  memcpy(mine.look_up_position, position, sizeof(position));
  SpinLockRelease(&shared->mutex);
}

}  // namespace soulprint::shared_state
