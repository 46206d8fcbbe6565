#include "worker/launcher.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pg/cancel.hpp"
#include "pg/process.hpp"
#include "pg/query.hpp"
#include "pg/role.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/alert_queue.hpp"
#include "store/batches.hpp"
#include "store/locks.hpp"
#include "store/pass_queue.hpp"
#include "store/preflight.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/gate.hpp"
#include "worker/process.hpp"
#include "worker/schedule.hpp"
#include "worker/worker.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRestartSeconds = 1;
constexpr int kMostCounted = 1000;  // passes
constexpr std::chrono::minutes kObstacleInterval{1};
constexpr std::chrono::seconds kAfterFailedStart{60};
constexpr milliseconds kFirstWaitAfterError{1000};
constexpr milliseconds kLongestWaitAfterError{60 * 1000};

class Launcher {
 public:
  // Looks, plans, acts.  Returns how long to sleep.
  milliseconds Round();

  // Takes or releases the lock.  False if this launcher does not have it then.
  bool HoldTrialLock(bool wanted);

 private:
  Schedule::Seen Look();
  bool AnyEndedIdle();
  void CountWorkers(Schedule::Seen* seen) const;
  std::int64_t StartWorkers(const Schedule::Plan& plan);
  bool Start(WorkerDuty duty);
  void LogUnusableExtension(bool installed);
  void LogHealth();
  void LogFullSlots();
  void LookForObstacle(const Schedule::Seen& seen);
  std::string Activity(const Schedule::Seen& seen) const;

  struct Worker {
    BackgroundWorkerHandle* handle;
    std::uint32_t passes_ended;  // when it was started
    WorkerDuty duty;
  };

  Schedule schedule_;
  std::vector<Worker> workers_;
  steady_clock::time_point next_slot_log_;
  bool has_trial_ = false;                // the lock
  bool passes_elsewhere_ = false;         // run
  std::optional<Problem> other_version_;  // the extension is not this library's
  bool looked_ = false;
  std::string logged_unusable_;  // why the extension cannot be used, as the log has it
  std::uint32_t passes_ended_ = shared_state::PassesEnded();
  std::int64_t put_off_ = 0;  // queued passes that are not due
  std::string put_off_for_;   // the reason of the next of these
  std::string obstacle_;      // what keeps workers from running passes of this database
  steady_clock::time_point next_obstacle_look_;
};

// This process is a superuser: it reads nothing but pg_catalog and schema soulprint, where only
// superusers have a say, and calls no function of anybody else.
Schedule::Seen Launcher::Look() {
  Schedule::Seen seen;
  seen.ended_idle = AnyEndedIdle();
  CountWorkers(&seen);
  seen.next_alert = shared_state::NextAlert();
  seen.passes_ended = passes_ended_ != shared_state::PassesEnded();
  passes_ended_ = shared_state::PassesEnded();
  pg::Transaction transaction;
  seen.installed = IsInstalled();
  other_version_ = seen.installed ? FindVersionProblem() : std::nullopt;
  seen.installed = seen.installed && !other_version_;
  if (seen.installed) {
    // Bounded: a queue may be long.
    const pg::Row row =
        pg::Query(Format("WITH held AS ({})", kHeldPasses) + R"(,
      running AS (
        SELECT id IN (SELECT id FROM held) AS held, suspect FROM soulprint.full_passes
        WHERE state = 'running'),
      suspects AS (
        SELECT not_before <= now() AS due FROM soulprint.full_passes
        WHERE suspect AND state = 'queued'),
      due AS (
        SELECT FROM soulprint.full_passes
        WHERE state = 'queued' AND not_before <= now() LIMIT $2),
      put_off AS (
        SELECT not_before, error FROM soulprint.full_passes
        WHERE state = 'queued' AND not_before > now() ORDER BY not_before LIMIT $2)
      SELECT (SELECT count(*) FROM due) + (SELECT count(*) FROM running WHERE NOT held),
             (SELECT count(*) FROM running WHERE held),
             coalesce(ceil(extract(epoch FROM (SELECT min(not_before) FROM put_off
                                                 WHERE not_before < 'infinity') - now())
                           * 1000), 0)::bigint,
             EXISTS (SELECT FROM running WHERE held AND suspect)
             OR EXISTS (SELECT FROM suspects WHERE due),
             (SELECT count(*) FROM put_off),
             (SELECT error FROM put_off WHERE error IS NOT NULL ORDER BY not_before LIMIT 1),
             EXISTS (SELECT FROM soulprint.full_passes WHERE )" +
                  kAlertWaits + "), EXISTS (SELECT FROM soulprint.batches WHERE " + kBatchIsOpen +
                  "), " + std::string(kTrialElsewhere) + ", " + std::string(kPassElsewhere))
            .BigInt(kPassLockClass)
            .BigInt(kMostCounted)
            .Run()
            .at(0);
    seen.waiting = row.BigInt(0);
    seen.running = row.BigInt(1);
    seen.next_due = milliseconds(row.BigInt(2));
    seen.alone = row.Bool(3);
    put_off_ = row.BigInt(4);
    put_off_for_ = row.Text(5);
    seen.alerts = row.Bool(6) && settings::SendsAlerts();
    seen.batches = row.Bool(7) && !settings::IsOffline();
    seen.others_first = row.Bool(8);
    passes_elsewhere_ = row.Bool(9);
  }
  transaction.Commit();
  seen.closed = Gate::WhyClosed().has_value();
  if (const auto pause = shared_state::CurrentPause()) seen.next_probe = pause->next_probe;
  return seen;
}

bool Launcher::HoldTrialLock(bool wanted) {
  if (wanted && !has_trial_) has_trial_ = TryTrialLock();
  if (!wanted && std::exchange(has_trial_, false)) ReleaseTrialLock();
  return has_trial_;
}

// Drops workers that have exited.  True if one has exited without ending a pass.
bool Launcher::AnyEndedIdle() {
  bool idle = false;
  std::erase_if(workers_, [&](const Worker& worker) {
    pid_t pid = 0;
    const bool stopped =
        pg::Call([&] { return GetBackgroundWorkerPid(worker.handle, &pid); }) == BGWH_STOPPED;
    if (!stopped) return false;
    pg::Call([&] { pfree(worker.handle); });
    // The others run no pass.
    const bool for_passes =
        worker.duty == WorkerDuty::kPasses || worker.duty == WorkerDuty::kLookUp;
    idle = idle || (for_passes && worker.passes_ended == shared_state::PassesEnded());
    return true;
  });
  return idle;
}

// One that sends alerts or looks after batches takes no turn of a pass.
void Launcher::CountWorkers(Schedule::Seen* seen) const {
  for (const Worker& worker : workers_) {
    const bool alerts = worker.duty == WorkerDuty::kAlert;
    const bool batches = worker.duty == WorkerDuty::kBatches;
    seen->alerting = seen->alerting || alerts;
    seen->looking = seen->looking || batches;
    if (!alerts && !batches) ++seen->workers;
  }
}

// The number of planned workers that were started.
std::int64_t Launcher::StartWorkers(const Schedule::Plan& plan) {
  if (plan.probe && Gate::ClaimProbe() && !Start(WorkerDuty::kProbe)) shared_state::ProbeNow();
  if (plan.alert) Start(WorkerDuty::kAlert);
  if (plan.batches) Start(WorkerDuty::kBatches);
  for (std::int64_t i = 0; i < plan.workers; ++i) {
    const bool look_up = plan.look_up && i == 0;
    if (!Start(look_up ? WorkerDuty::kLookUp : WorkerDuty::kPasses)) return i;
  }
  return plan.workers;
}

// False if no background worker slot is free.
bool Launcher::Start(WorkerDuty duty) {
  pg::Transaction transaction;
  BackgroundWorkerHandle* const handle = StartWorker(0, duty);
  transaction.Commit();
  if (handle == nullptr) {
    LogFullSlots();
    return false;
  }
  workers_.push_back({handle, shared_state::PassesEnded(), duty});
  return true;
}

// Workers that cannot even start say nothing, so the launcher looks for the reason itself: once a
// minute while passes wait, and each time as long as there is one.
void Launcher::LookForObstacle(const Schedule::Seen& seen) {
  const auto now = steady_clock::now();
  if (!seen.installed || seen.waiting == 0) {
    obstacle_.clear();
    return;
  }
  if (obstacle_.empty() && now < next_obstacle_look_ && !seen.ended_idle) return;
  next_obstacle_look_ = now + kObstacleInterval;
  pg::Transaction transaction;
  const std::optional<Problem> first = FirstObstacle(FindCatalogProblems());
  transaction.Commit();
  const std::string found = first ? first->message : "";
  const std::string before = std::exchange(obstacle_, found);
  if (found.empty()) {
    if (!before.empty()) pg::Log(LOG, "full passes can run again");
    return;
  }
  if (found != before) pg::Log(WARNING, Format("no full pass can run: {}", found), {}, first->hint);
  ExplainDuePasses(Format("{}. {}", found, first->hint));
}

// Not thorough: planning statements on the application's tables may run its code.
void Launcher::LogHealth() {
  try {
    pg::Transaction transaction;
    const pg::Rows rows = pg::Query(R"(
      SELECT string_agg(check_name || ': ' || message, '; ') FROM soulprint.health(false)
      WHERE status = 'error')")
                              .Run();
    transaction.Commit();
    if (rows.front().IsNull(0)) return;
    pg::Log(WARNING, Format("soulprint is not healthy: {}", rows.front().Text(0)), {},
            "SELECT * FROM soulprint_health() says what to do.");
  } catch (const SqlError& error) {
    pg::Log(WARNING, Format("the health of soulprint is not known: {}", error.what()));
  }
}

void Launcher::LogFullSlots() {
  const auto now = steady_clock::now();
  if (now < next_slot_log_) return;
  next_slot_log_ = now + std::chrono::minutes(1);
  pg::Log(LOG, "no background worker slot is free for a full pass", {},
          "Raise max_worker_processes.");
}

void Launcher::LogUnusableExtension(bool installed) {
  std::string why;
  if (other_version_)
    why = "no full pass can run: " + other_version_->message;
  else if (!installed)
    why = "extension soulprint is not installed in this database yet";
  if (why == std::exchange(logged_unusable_, why) || why.empty()) return;
  if (other_version_)
    pg::Log(WARNING, why, {}, other_version_->hint);
  else
    pg::Log(LOG, why);
}

std::string Launcher::Activity(const Schedule::Seen& seen) const {
  if (const auto obstacle = Gate::WhyClosed()) return "paused: " + obstacle->reason;
  if (other_version_) return other_version_->message;
  if (!seen.installed) return "waiting for CREATE EXTENSION soulprint";
  if (!obstacle_.empty()) return Format("{} passes queued: {}", seen.waiting, obstacle_);
  if (seen.others_first && seen.waiting > 0) {
    return Format(
        "{} passes queued: one that may crash the server {}", seen.waiting,
        has_trial_ ? "waits for passes of other databases" : "runs alone in another database");
  }
  if (schedule_.waits_for_slot()) return "waiting for a free background worker slot";
  std::string text = "waiting for requests";
  if (seen.running > 0 || seen.waiting > 0) {
    text = Format("{} of {} workers busy, {} passes queued", seen.running, settings::max_workers,
                  seen.waiting);
  }
  if (const std::string limits = shared_state::DescribeLimits(); !limits.empty()) {
    text += "; " + limits;
  }
  if (put_off_ > 0) text += Format(", {} put off", put_off_);
  if (!put_off_for_.empty()) text += ": " + put_off_for_;
  return text;
}

milliseconds Launcher::Round() {
  Schedule::Seen seen = Look();
  LookForObstacle(seen);
  seen.closed = seen.closed || !obstacle_.empty();
  // Suspects that cannot run keep no other database waiting.
  const bool trial = seen.alone && (!seen.closed || seen.running > 0);
  const bool has_lock = HoldTrialLock(trial);
  if (trial) seen.others_first = !has_lock || passes_elsewhere_;
  LogUnusableExtension(seen.installed);
  // Right after CREATE EXTENSION nothing is set up yet.
  if (!std::exchange(looked_, true) && seen.installed) LogHealth();
  const Schedule::Limits limits{settings::max_workers, milliseconds(settings::poll_interval)};
  const Schedule::Plan plan = schedule_.Next(seen, limits, steady_clock::now());
  const std::int64_t started = StartWorkers(plan);
  const milliseconds sleep = schedule_.Started(started, steady_clock::now());
  pg::ShowIdle(Activity(seen));
  return sleep;
}

void Sleep(milliseconds time) {
  pg::WaitForLatch(time);
  // The new settings may have removed the reason of a pause.
  if (pg::HandleInterrupts()) shared_state::ProbeAfterReload();
}

// With soulprint.enabled = off the launcher leaves its database alone, which may then be renamed or
// copied.  A process connects once, so another one follows when that changes.
void KeepAwayFromDatabase() {
  pg::Call([] { BackgroundWorkerInitializeConnection(nullptr, nullptr, 0); });
  shared_state::LauncherConnected();
  while (!settings::enabled) {
    pg::ShowIdle("paused: soulprint.enabled is off");
    try {
      pg::WaitForLatch(std::chrono::hours(1));
      pg::HandleInterrupts();
    } catch (const Canceled&) {
      pg::ForgetCancelRequest();
    }
  }
}

void Launch() {
  Launcher launcher;
  milliseconds back_off = kFirstWaitAfterError;
  while (settings::enabled) {
    milliseconds sleep = back_off;
    try {
      sleep = launcher.Round();
      back_off = kFirstWaitAfterError;
    } catch (const Canceled&) {
      pg::ForgetCancelRequest();
    } catch (const Error& error) {
      pg::Log(WARNING, Format("soulprint launcher: {}", error.what()), error.detail(),
              error.hint());
      back_off = std::min(back_off * 2, kLongestWaitAfterError);
      launcher.HoldTrialLock(false);
    }
    try {
      Sleep(sleep);
    } catch (const Error&) {
      // A cancel: nothing here can be canceled.
      pg::ForgetCancelRequest();
    }
  }
}

}  // namespace

void RegisterLauncher(int place, const std::string& database) {
  BackgroundWorker launcher = DescribeProcess("soulprint launcher", "soulprint_launcher_main");
  snprintf(launcher.bgw_name, BGW_MAXLEN, "soulprint launcher for %s", database.c_str());
  launcher.bgw_main_arg = Int32GetDatum(place);
  launcher.bgw_restart_time = kRestartSeconds;
  RegisterBackgroundWorker(&launcher);
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PGDLLEXPORT void soulprint_launcher_main(Datum place);

void soulprint_launcher_main(Datum place) {
  return pg::Enter([place] {
    pg::InstallSignalHandlers();
    shared_state::UsePlace(DatumGetInt32(place));
    if (shared_state::LauncherStarts()) {
      // The latch of a new process is set.
      ResetLatch(MyLatch);
      pg::HandleInterrupts();
      Sleep(kAfterFailedStart);
    }
    if (settings::enabled) {
      const char* const database = settings::Databases()[shared_state::Place()].c_str();
      pg::Call([&] { BackgroundWorkerInitializeConnection(database, nullptr, 0); });
      pg::SetUpSession("soulprint launcher", pg::kSafeSearchPath);
      shared_state::LauncherConnected();
      Launch();
    } else {
      KeepAwayFromDatabase();
    }
    pg::Call([] { proc_exit(1); });
  });
}
}
