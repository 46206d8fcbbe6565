#include "worker/worker.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "pg/call.hpp"
#include "pg/cancel.hpp"
#include "pg/process.hpp"
#include "pg/transaction.hpp"
#include "pipeline/caching_model.hpp"
#include "pipeline/full_pass.hpp"
#include "pipeline/progress.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/app_tables.hpp"
#include "store/batches.hpp"
#include "store/blocker.hpp"
#include "store/disk.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "store/locks.hpp"
#include "store/orphans.hpp"
#include "store/pass_end.hpp"
#include "store/pass_queue.hpp"
#include "store/preflight.hpp"
#include "store/purse.hpp"
#include "store/sql_store.hpp"
#include "store/stored_export.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/alerts.hpp"
#include "worker/batches.hpp"
#include "worker/ending.hpp"
#include "worker/gate.hpp"
#include "worker/model_factory.hpp"
#include "worker/process.hpp"
#include "worker/turn.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::steady_clock;

// The task of a worker.  Crosses the fork as bytes.
struct WorkerTask {
  Oid database = InvalidOid;
  Oid role = InvalidOid;
  std::int64_t pass = 0;
  WorkerDuty duty = WorkerDuty::kPasses;
};
static_assert(sizeof(WorkerTask) <= BGW_EXTRALEN);

// `summary`: what the pass did, "" if it has not ended.
void Log(const PassLease& lease, const Ending& ending, const std::string& summary) {
  if (ending.level == Ending::Level::kNone) return;
  pg::Log(ending.level == Ending::Level::kWarning ? WARNING : LOG,
          Format("{} {}", lease.Name(), ending.log) + (summary.empty() ? "" : ": " + summary),
          ending.detail, ending.hint, ending.sqlstate);
}

// One attempt of one pass, from claiming it to recording how it ended.
class WorkerRun {
 public:
  explicit WorkerRun(QueuedPass pass)
      : pass_(std::move(pass)),
        lease_(pass_.id, pass_.user_id, [this] { Check(); }),
        store_(lease_) {}

  // False if there was nothing to do: another process has the pass or was faster, or nobody
  // wants it any more.
  bool Try(std::int64_t only) {
    if (!lease_.TryLock() || !ReadQueuedPass(&pass_, only)) return false;
    pg::ShowActivity("taking " + lease_.Name());
    gives_way_ = only == 0;
    bool lost = false;
    try {
      if (IsObstructed(only) || WaitsForBatch()) return true;
      Purse::CheckDay(0);
      ReturnPassAtExit(lease_);
      const Claim claim = ClaimPass(&pass_);
      claimed_ = claim == Claim::kClaimed;
      if (claimed_) RunRoute();
      lost = claim == Claim::kLost;
    } catch (const Error& error) {
      End(error);
    } catch (const std::exception& error) {
      End(Error(sqlstate::kInternalError, error.what()));
    }
    ForgetPassAtExit();
    return !lost;
  }

 private:
  void RunRoute() {
    if (pass_.own_crashes >= kMostCrashes) {
      throw Error(sqlstate::kInternalError,
                  Format("the server crashed {} times during this pass, the last time while it ran "
                         "alone",
                         pass_.own_crashes))
          .Hint("Look for the reason in the server log, then request the pass again.");
    }
    if (pass_.attempts > settings::max_pass_attempts) {
      // Its last attempt ended for a reason that could not be recorded in the profile.
      if (pass_.put_off_for.starts_with("canceled by ")) throw Canceled(pass_.put_off_for);
      throw Error(sqlstate::kInternalError,
                  pass_.put_off_for.empty() ? "all attempts are used up" : pass_.put_off_for);
    }
    if (pass_.put_off_for.empty()) {
      pg::Log(LOG, Format("{} starts, attempt {}", lease_.Name(), pass_.attempts));
    }
    store_.purse().Open();
    ImportStoredExport(lease_);
    PassOptions options = OptionsFromSettings();
    options.cost = PlanCost(store_.purse(), pass_.user_id, WantsBatches(pass_.user_id));
    PassBatches batches(lease_, store_.purse());
    CachingModel model(store_, [&](std::function<void()> save_due) {
      return MakeModel(gate_, store_.purse(), batches, [this, save_due = std::move(save_due)] {
        save_due();
        lease_.WaitForServer();
      });
    });
    RunFullPass(store_, model, options);
    pg::Log(LOG, Format("{} is complete: {}", lease_.Name(), store_.summary()));
  }

  // Looks once in a process whether something in this database keeps passes from running, before
  // anything is paid for.  Then no pass of the launcher's database goes on.
  bool IsObstructed(std::int64_t only) {
    static const auto& obstacle = *new std::optional<Problem>(FindObstacle());
    if (!obstacle) return false;
    const ServerUnavailable error(obstacle->message, obstacle->hint);
    if (only == 0) gate_.Close(error, false);
    const std::string reason = Sentences(error);
    ExplainWait(lease_, reason);
    PutOffPass(lease_, reason, std::chrono::seconds(1), 0);
    return true;
  }

  // True if somebody has made a pass due that waits for a batch.  Rules wait for nobody.
  bool WaitsForBatch() {
    if (settings::IsOffline()) return false;
    const std::string reason = WaitingForBatches(pass_.user_id);
    if (!reason.empty()) Act(EndingOf(BatchPending(reason), {}));
    return !reason.empty();
  }

  // In each heartbeat.
  void Check() {
    gate_.CheckSettings();
    const auto now = steady_clock::now();
    if (store_.answers_saved() > 0) turn_.Answered(now);
    if (now < next_look_ || pg::Transaction::IsOpen()) return;
    next_look_ = now + std::chrono::seconds(1);
    UnlessLocked([&] { LookAtOthers(now); });
  }

  void LookAtOthers(steady_clock::time_point now) {
    if (pass_.suspect) {
      if (now - begin_ < TimeAlone(pass_.crashes)) return;
      ClearSuspicion(lease_);
      pass_.suspect = false;
    }
    if (gives_way_ && turn_.IsOver(now) && OthersWait()) gate_.GiveWay();
  }

  // Records how the attempt ended.  An administrator who cancels that cancels the pass.
  void End(const Error& error) {
    try {
      Record(error);
    } catch (const Canceled& canceled) {
      pg::ForgetCancelRequest();
      End(canceled);
    }
  }

  // If the profile does not take the end (a trigger raises an error, say), the pass is put off or
  // ended without it, so that it stands in nobody's way.
  void Record(const Error& error) {
    SaveCosts();
    Attempt attempt = ThisAttempt(error);
    const Ending ending = EndingOf(error, attempt);
    try {
      Act(ending);
    } catch (const Canceled&) {
      throw;
    } catch (const Error& refusal) {
      attempt.blocker = Blocker(refusal);
      attempt.disk_full = IsDiskFull(refusal);
      Act(EndingOfUnrecorded(ending, refusal, attempt, pass_.put_off_for));
    }
  }

  // What requests took that were given up.  That the pass ends matters more.
  void SaveCosts() {
    try {
      store_.SaveCosts();
    } catch (const Canceled&) {
      throw;
    } catch (const Error&) {
    }
  }

  Attempt ThisAttempt(const Error& error) {
    Attempt attempt;
    attempt.number = claimed_ ? pass_.attempts : pass_.attempts + 1;
    attempt.max = settings::max_pass_attempts;
    attempt.probe_interval = std::chrono::milliseconds(settings::pause_probe_interval);
    if (const auto* full = dynamic_cast<const DiskFull*>(&error)) gate_.Close(*full, false);
    attempt.paused = Gate::WhyClosed().has_value();
    if (gate_.met_pause() && dynamic_cast<const ServerUnavailable*>(&error) != nullptr) {
      attempt.pauses = CountPause(lease_);
    }
    attempt.blocker = Blocker(error);
    attempt.disk_full = IsDiskFull(error);
    return attempt;
  }

  // Who holds the lock that was waited for, "" if that was not the error.
  std::string Blocker(const Error& error) const {
    if (error.sqlstate() != sqlstate::kLockNotAvailable) return {};
    return DescribeBlocker(lease_.user_id());
  }

  // SQL can raise any SQLSTATE.
  static bool IsDiskFull(const Error& error) {
    return error.sqlstate() == sqlstate::kDiskFull && HasFullDisk();
  }

  void Act(const Ending& ending) {
    bool is_news = true;
    std::string summary;
    switch (ending.action) {
      case Ending::Action::kDiscard:
        break;
      case Ending::Action::kPutOff:
        is_news = PutOffPass(lease_, ending.reason, ending.wait, Charge(ending));
        break;
      case Ending::Action::kRequeue:
        if (claimed_) {
          RequeuePass(lease_, ending.reason, ending.shown, ending.charged, ending.wait);
        } else {
          PutOffPass(lease_, ending.reason, ending.wait, Charge(ending));
        }
        break;
      case Ending::Action::kFail:
        summary = claimed_ ? FailPass(lease_, FailureOf(ending))
                           : FailUnclaimedPass(lease_, FailureOf(ending));
        break;
      case Ending::Action::kFailAlone:
        summary = FailPassAlone(lease_, FailureOf(ending));
        break;
    }
    if (is_news || ending.level == Ending::Level::kWarning) Log(lease_, ending, summary);
  }

  Failure FailureOf(const Ending& ending) const {
    return {.reason = ending.reason,
            .memory_published = store_.memory_published(),
            .lacks_sections = lease_.stage() == Stage::kSections && !ending.canceled,
            .alert = settings::SendsAlerts() ? ending.alert : ""};
  }

  // Added to the attempts of the pass; a claimed pass counts this attempt already.
  int Charge(const Ending& ending) const {
    if (claimed_) return ending.charged ? 0 : -1;
    return ending.charged ? 1 : 0;
  }

  QueuedPass pass_;
  Gate gate_;
  PassLease lease_;
  SqlStore store_;
  bool claimed_ = false;
  bool gives_way_ = true;  // when its turn is over and others wait
  steady_clock::time_point begin_ = steady_clock::now();
  steady_clock::time_point next_look_ = begin_;
  Turn turn_{begin_};
};

// Removes what the application's triggers and policies left in the session before the next pass:
// settings, temporary tables, prepared statements, LISTEN.
void ResetSession() {
  pg::DiscardAll();
  pg::SetUpSession("soulprint worker", WorkerSearchPath());
}

void Probe() {
  pg::ShowActivity("probing the model server");
  const Gate gate;
  if (const std::optional<Problem> obstacle = FindObstacle()) {
    return Gate::StayClosed(ServerUnavailable(obstacle->message, obstacle->hint));
  }
  if (const auto pause = shared_state::CurrentPause();
      pause && pause->hint == DiskFull::kHint && HasFullDisk()) {
    return Gate::StayClosed(DiskFull("the disk is full"));
  }
  try {
    ProbeModelServer([&] {
      pg::WaitForLatch(std::chrono::milliseconds(0));
      pg::EndServerWait();
      gate.CheckSettings();
      pg::ShowServerWait();
    });
  } catch (const Canceled&) {
    // The pause goes on.
  } catch (const PassStopped&) {
  }
}

void LookUp() {
  pg::ShowActivity("looking up pending profiles");
  shared_state::SetLookUpPosition(LookUpPendingProfiles(shared_state::LookUpPosition()));
  DeleteExpired();
}

// Runs the first of the due passes that this process can have.  False if there is none.
bool RunNext(std::int64_t only) {
  if (ReturnOrphans()) shared_state::CountPassEnded();
  for (QueuedPass& pass : DuePasses(only)) {
    if (!WorkerRun(std::move(pass)).Try(only)) continue;
    shared_state::CountPassEnded();
    pg::ForgetCancelRequest();
    return true;
  }
  return false;
}

// A pass begins by the settings of now: a reload before it was requested holds for it.
bool GoesOn() {
  pg::HandleInterrupts();
  return !Gate::WhyClosed() && !IsAppSchemaOutdated();
}

void DoTask(const WorkerTask& task) {
  if (task.duty == WorkerDuty::kProbe) {
    Probe();
    if (task.pass == 0) return;
  }
  if (task.duty == WorkerDuty::kAlert) return SendAlerts();
  if (task.duty == WorkerDuty::kBatches || (task.pass != 0 && !Gate::WhyClosed())) LookAtBatches();
  if (task.duty == WorkerDuty::kBatches) return;
  if (task.duty == WorkerDuty::kLookUp) LookUp();
  while (GoesOn() && RunNext(task.pass) && task.pass == 0) ResetSession();
  // Where no launcher has others do it.
  if (task.pass == 0) return;
  SendAlerts();
  DeleteExpired();
}

void Work(const WorkerTask& task) {
  try {
    DoTask(task);
  } catch (const Error&) {
    pg::Transaction transaction;
    if (IsInstalled()) throw;
    pg::Log(LOG, "soulprint worker exits: the extension was dropped");
  }
}

}  // namespace

BackgroundWorkerHandle* StartWorker(std::int64_t pass, WorkerDuty duty) {
  const Oid role = pg::Call([] { return get_role_oid(kWorkerRole, false); });
  const WorkerTask task{MyDatabaseId, role, pass, duty};
  return StartProcess("soulprint worker", "soulprint_worker_main", &task, sizeof(task),
                      TopMemoryContext);
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PGDLLEXPORT void soulprint_worker_main(Datum place);

void soulprint_worker_main(Datum place) {
  return pg::Enter([place] {
    WorkerTask task;
    memcpy(&task, MyBgworkerEntry->bgw_extra, sizeof(task));
    BecomeProcess("soulprint worker", place, task.database, task.role);
    Work(task);
  });
}
}
