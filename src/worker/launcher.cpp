#include "worker/launcher.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "activity.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/locks.hpp"
#include "store/pass_queue.hpp"
#include "util/error.hpp"
#include "worker/gate.hpp"
#include "worker/worker.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kRestartSeconds = 10;
constexpr seconds kAfterFailedStart{60};
constexpr seconds kExtensionMissing{5};
constexpr seconds kFirstBackOff{1};
constexpr seconds kLongestBackOff{60};

// What the queue holds at one moment.
struct Queue {
  bool installed = false;
  std::int64_t waiting = 0;  // queued and due, or left behind by a dead worker
  std::int64_t busy = 0;     // running
  milliseconds next_due{0};  // until a queued pass that waits is due; 0 = none waits
};

class Launcher {
 public:
  // One round: starts the workers that are needed.  Returns how long to sleep.
  milliseconds Round();

 private:
  Queue Look();
  bool AnyEndedIdle();
  void BackOff(const Queue& queue, bool ended_idle);
  void StartWorkers(const Queue& queue, bool poll_due);
  void Probe(const Queue& queue);
  bool Start(WorkerDuty duty);
  void SlotsAreTaken();
  std::string Activity(const Queue& queue) const;
  std::size_t Alive() const { return workers_.size(); }

  struct Worker {
    BackgroundWorkerHandle* handle;
    std::uint32_t passes_ended;  // when it was started
    WorkerDuty duty;
  };

  std::vector<Worker> workers_;
  std::int64_t waiting_before_ = 0;
  std::optional<steady_clock::time_point> last_poll_;
  steady_clock::time_point not_before_;  // after workers that ended without ending a pass
  milliseconds back_off_{0};
  steady_clock::time_point next_slot_log_;
  bool waiting_for_slot_ = false;
  bool said_missing_ = false;
};

// Reads nothing but pg_catalog and soulprint.full_passes, where nobody but superusers has anything
// to say: this process is one.
Queue Launcher::Look() {
  Queue queue;
  pg::Transaction transaction;
  queue.installed = IsInstalled();
  if (queue.installed) {
    const pg::Row row =
        pg::Query(
            "WITH held AS (SELECT classid::bigint << 32 | objid::bigint AS id"
            " FROM pg_locks WHERE locktype = 'advisory' AND objsubid = $1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
            " SELECT count(*) FILTER (WHERE f.not_before <= now()"
            "   AND NOT (state = 'running' AND f.id IN (SELECT id FROM held))),"
            " count(*) FILTER (WHERE state = 'running' AND f.id IN (SELECT id FROM held)),"
            " coalesce(ceil(extract(epoch FROM min(f.not_before) FILTER"
            "   (WHERE f.not_before > now()) - now()) * 1000), 0)::bigint"
            " FROM soulprint.full_passes f WHERE state IN ('queued', 'running')")
            .BigInt(kPassLockClass)
            .Run()
            .at(0);
    queue.waiting = row.BigInt(0);
    queue.busy = row.BigInt(1);
    queue.next_due = milliseconds(row.BigInt(2));
  }
  transaction.Commit();
  return queue;
}

// Forgets workers that have ended.  True if one has and no pass has while it was there.
bool Launcher::AnyEndedIdle() {
  bool idle = false;
  std::erase_if(workers_, [&](const Worker& worker) {
    pid_t pid = 0;
    const bool stopped =
        pg::Call([&] { return GetBackgroundWorkerPid(worker.handle, &pid); }) == BGWH_STOPPED;
    if (!stopped) return false;
    pg::Call([&] { pfree(worker.handle); });
    // A probe takes no pass.
    idle =
        idle || (worker.duty != WorkerDuty::kProbe && worker.passes_ended == wake::PassesEnded());
    return true;
  });
  return idle;
}

// If workers end without taking a pass although some wait, something is wrong with starting them:
// the next start waits longer and longer.
void Launcher::BackOff(const Queue& queue, bool ended_idle) {
  if (queue.waiting == 0 || waiting_before_ == 0) {
    back_off_ = milliseconds(0);
  } else if (ended_idle) {
    back_off_ = std::clamp<milliseconds>(back_off_ * 2, kFirstBackOff, kLongestBackOff);
    not_before_ = steady_clock::now() + back_off_;
  }
  waiting_before_ = queue.waiting;
}

void Launcher::StartWorkers(const Queue& queue, bool poll_due) {
  const auto now = steady_clock::now();
  const auto starting = static_cast<std::int64_t>(Alive()) - queue.busy;
  std::int64_t wanted = now < not_before_ ? 0 : queue.waiting - std::max<std::int64_t>(starting, 0);
  if (poll_due) wanted = std::max<std::int64_t>(wanted, 1);
  const auto free = settings::max_workers - static_cast<std::int64_t>(Alive());
  waiting_for_slot_ = false;
  for (std::int64_t i = 0; i < std::min(wanted, free); ++i) {
    const bool look_up = poll_due && i == 0;
    if (!Start(look_up ? WorkerDuty::kLookUp : WorkerDuty::kPasses)) return;
    if (look_up) last_poll_ = now;
  }
}

// During a pause a worker probes from time to time, if a pass waits.
void Launcher::Probe(const Queue& queue) {
  if (queue.waiting == 0 || Alive() > 0 || !TakeProbe()) return;
  if (!Start(WorkerDuty::kProbe)) wake::ProbeNow();
}

bool Launcher::Start(WorkerDuty duty) {
  pg::Transaction transaction;
  BackgroundWorkerHandle* const handle = StartWorker(0, duty);
  transaction.Commit();
  if (handle == nullptr) {
    SlotsAreTaken();
    return false;
  }
  workers_.push_back({handle, wake::PassesEnded(), duty});
  return true;
}

void Launcher::SlotsAreTaken() {
  waiting_for_slot_ = true;
  const auto now = steady_clock::now();
  if (now < next_slot_log_) return;
  next_slot_log_ = now + std::chrono::minutes(1);
  pg::Log(LOG, "no background worker slot is free for a full pass", {},
          "Raise max_worker_processes.");
}

std::string Launcher::Activity(const Queue& queue) const {
  if (const auto obstacle = FindObstacle()) return "paused: " + obstacle->reason;
  if (!queue.installed) return "waiting for CREATE EXTENSION soulprint";
  if (waiting_for_slot_) return "waiting for a free background worker slot";
  if (queue.busy == 0 && queue.waiting == 0) return "waiting for requests";
  return std::to_string(queue.busy) + " of " + std::to_string(settings::max_workers) +
         " workers busy, " + std::to_string(queue.waiting) + " passes queued";
}

milliseconds Launcher::Round() {
  const bool ended_idle = AnyEndedIdle();
  const Queue queue = Look();
  BackOff(queue, ended_idle);
  const auto now = steady_clock::now();
  milliseconds sleep(settings::poll_interval);
  if (!queue.installed) {
    if (!said_missing_) pg::Log(LOG, "extension soulprint is not installed in this database yet");
    said_missing_ = true;
    sleep = std::min<milliseconds>(sleep, kExtensionMissing);
  } else if (const auto pause = wake::CurrentPause(); FindObstacle()) {
    Probe(queue);
    if (pause && queue.waiting > 0 && pause->next_probe > now) {
      sleep = std::min(sleep, std::chrono::ceil<milliseconds>(pause->next_probe - now));
    }
    if (pause && queue.next_due.count() > 0) sleep = std::min(sleep, queue.next_due);
  } else {
    said_missing_ = false;
    // Reckoned anew each time: the interval may have been changed.
    const auto next_poll = [&] {
      return last_poll_ ? *last_poll_ + milliseconds(settings::poll_interval) : now;
    };
    StartWorkers(queue, now >= next_poll());
    // When every slot is taken the poll waits for a worker to end.
    if (next_poll() > now) {
      sleep = std::min(sleep, std::chrono::ceil<milliseconds>(next_poll() - now));
    }
    if (queue.next_due.count() > 0) sleep = std::min(sleep, queue.next_due);
    if (now < not_before_) {
      sleep = std::min(sleep, std::chrono::ceil<milliseconds>(not_before_ - now));
    }
    if (waiting_for_slot_) sleep = std::min<milliseconds>(sleep, kExtensionMissing);
  }
  ShowIdle(Activity(queue));
  return std::max(sleep, milliseconds(10));
}

void Sleep(milliseconds time) {
  pg::Call([&] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
              static_cast<long>(time.count()), PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  });
  // What was wrong may have been put right.
  if (ObeySignals()) wake::ProbeNow();
}

[[noreturn]] void Launch() {
  Launcher launcher;
  milliseconds back_off = kFirstBackOff;
  while (true) {
    try {
      Sleep(launcher.Round());
      back_off = kFirstBackOff;
    } catch (const Error& error) {
      if (error.sqlstate() == sqlstate::kQueryCanceled) continue;
      pg::Log(WARNING, "soulprint launcher: " + std::string(error.what()), error.detail(),
              error.hint());
      Sleep(back_off);
      back_off = std::min<milliseconds>(back_off * 2, kLongestBackOff);
    }
  }
}

}  // namespace

void RegisterLauncher() {
  BackgroundWorker launcher{};
  snprintf(launcher.bgw_name, BGW_MAXLEN, "soulprint launcher");
  snprintf(launcher.bgw_type, BGW_MAXLEN, "soulprint launcher");
  snprintf(launcher.bgw_library_name, sizeof(launcher.bgw_library_name), "soulprint");
  snprintf(launcher.bgw_function_name, BGW_MAXLEN, "soulprint_launcher_main");
  launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
  launcher.bgw_restart_time = kRestartSeconds;
  RegisterBackgroundWorker(&launcher);
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PGDLLEXPORT void soulprint_launcher_main(Datum);

void soulprint_launcher_main(Datum) {
  return pg::Enter([] {
    InstallSignalHandlers();
    if (wake::LauncherStarts()) {
      // The latch of a new process is set.
      ResetLatch(MyLatch);
      ObeySignals();
      Sleep(kAfterFailedStart);
    }
    pg::Call([] { BackgroundWorkerInitializeConnection(settings::database, nullptr, 0); });
    SetUpSession("soulprint launcher");
    wake::LauncherConnected();
    Launch();
  });
}
}
