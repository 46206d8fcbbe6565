#include "worker/worker.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "activity.hpp"
#include "pg/call.hpp"
#include "pg/transaction.hpp"
#include "pipeline/caching_model.hpp"
#include "pipeline/full_pass.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"
#include "store/pass_queue.hpp"
#include "store/sql_store.hpp"
#include "store/stored_export.hpp"
#include "util/error.hpp"
#include "worker/gate.hpp"
#include "worker/model_factory.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kFirstRetry{10};  // doubled with each attempt
// What the profile says while something is wrong that only the server's people can put right.
constexpr std::string_view kShownWait =
    "The profile cannot be made at the moment. It is tried again by itself.";

// What a worker is started for.  Crosses the fork as bytes.
struct WorkerTask {
  Oid database = InvalidOid;
  Oid role = InvalidOid;
  std::int64_t pass = 0;
  WorkerDuty duty = WorkerDuty::kPasses;
};
static_assert(sizeof(WorkerTask) <= BGW_EXTRALEN);

// Worth another attempt: connection, rollback, resources, operator, system, a lock that nobody
// holds any more.
bool IsTransient(const std::string& sqlstate) {
  if (sqlstate == sqlstate::kLockNotAvailable) return true;
  for (const char* state_class : {"08", "40", "53", "57", "58"}) {
    if (sqlstate.starts_with(state_class)) return true;
  }
  return false;
}

// The detail of a violated constraint is the row, and nobody's words belong in a log.
std::string Detail(const Error& error) {
  return error.sqlstate().starts_with("23") ? std::string() : error.detail();
}

std::string Sentences(const Error& error) {
  std::string text = error.what();
  const std::string detail = Detail(error);
  for (const std::string* more : {&detail, &error.hint()}) {
    if (more->empty()) continue;
    text += text.ends_with('.') ? " " : ". ";
    text += *more;
  }
  return text;
}

PassOptions OptionsFromSettings() {
  PassOptions options;
  options.model = settings::ModelName();
  options.min_chunk_success = settings::min_chunk_success;
  options.v2_required = settings::require_sections;
  return options;
}

// How long a pass that ended with 57P03 waits.  During a pause the launcher knows when to go on;
// but a pass that meets one again has a question that alone is refused: others get ever more time.
milliseconds WaitAfterPause(int pauses) {
  const milliseconds interval(settings::pause_probe_interval);
  if (pauses > 1) return interval * (1 << std::min(pauses - 1, 16));
  return FindObstacle() ? milliseconds(0) : interval;
}

// Records why the pass could not be finished.  Throws Error when that cannot be recorded either,
// and error itself when the pass is no longer this worker's.
void EndUnfinished(SqlStore& store, const TakenPass& pass, const Error& error) {
  const std::string& sqlstate = error.sqlstate();
  const bool met_pause = HasMetPause() && error.IsOwn(sqlstate::kCannotConnectNow);
  const int pauses = met_pause ? CountPause(pass.id) : 0;
  const bool fails = pauses > 1 && pass.attempts >= settings::max_pass_attempts;
  const std::string name = NameOf(pass);
  if (error.IsOwn(sqlstate::kNoData)) throw error;
  if (PutOffForLock(pass, error)) return;
  if (error.IsOwn(sqlstate::kCannotConnectNow) && !fails) {
    store.Requeue(Sentences(error), std::string(kShownWait), pauses > 1, WaitAfterPause(pauses));
    pg::Log(LOG, name + " waits: " + error.what(), {}, error.hint());
  } else if (error.IsOwn(sqlstate::kAdminShutdown)) {
    store.Requeue(Sentences(error), std::string(kShownWait), false, milliseconds(0));
    pg::Log(LOG, name + " returned to the queue: " + error.what());
  } else if (sqlstate == sqlstate::kQueryCanceled && CancelRequested()) {
    store.Fail("canceled by an administrator");
    pg::Log(LOG, name + " was canceled by an administrator");
  } else if (!fails && IsTransient(sqlstate) && pass.attempts < settings::max_pass_attempts) {
    store.Requeue(Sentences(error), Sentences(error), true,
                  kFirstRetry * (1 << (pass.attempts - 1) % 16));
    pg::Log(LOG, name + " will be tried again: " + error.what(), Detail(error));
  } else {
    store.Fail(Sentences(error));
    pg::Log(WARNING, name + " failed: " + error.what(), Detail(error), error.hint());
  }
}

void Run(SqlStore& store) {
  RememberedModel* remembered = nullptr;
  const std::unique_ptr<Model> chosen = ChosenModel(store.ModelPrice(), [&] {
    remembered->SaveIfDue();
    store.WaitingForRequests();
  });
  RememberedModel model(*chosen, store);
  remembered = &model;
  RunFullPass(store, model, OptionsFromSettings());
}

void RunOrRecord(const TakenPass& pass) {
  SqlStore store(pass);
  try {
    if (pass.attempts > settings::max_pass_attempts) {
      throw Error(sqlstate::kInternalError,
                  "the worker ended unexpectedly in each of " +
                      std::to_string(settings::max_pass_attempts) + " attempts",
                  {}, "Look for the reason in the server log, then ask for the pass again.");
    }
    if (!pass.put_off) {
      pg::Log(LOG, NameOf(pass) + " starts, attempt " + std::to_string(pass.attempts));
    }
    ImportStoredExport(store, pass.user_id);
    Run(store);
    pg::Log(LOG, NameOf(pass) + " is complete: " + store.Summary());
  } catch (const Error& error) {
    EndUnfinished(store, pass, error);
  } catch (const std::exception& error) {
    EndUnfinished(store, pass, Error(sqlstate::kInternalError, error.what()));
  }
}

void RunPass(const TakenPass& pass) {
  try {
    RunOrRecord(pass);
  } catch (const Error& error) {
    if (!error.IsOwn(sqlstate::kNoData)) return PostponePass(pass, error);
    // Whoever canceled it has recorded that.
    pg::Log(LOG, NameOf(pass) + " ended unpublished: " + error.what());
  }
}

// What the application's triggers and policies left in the session must not reach the next pass:
// settings, temporary tables, prepared statements, listening.
void ResetSession() {
  pg::Transaction transaction;
  pg::Call([] {
    DiscardStmt discard{};
    discard.type = T_DiscardStmt;
    discard.target = DISCARD_ALL;
    DiscardCommand(&discard, true);
  });
  transaction.Commit();
  SetUpSession("soulprint worker");
}

// Whoever interrupts it wants it to end.
void Probe() {
  ShowActivity("asking whether the model server answers again");
  try {
    ProbeModelServer([] {
      LookAtLatch();
      ObeyServer();
      ShowWaitForRequests();
    });
  } catch (const Error& error) {
    if (!CancelRequested() && !error.IsOwn(sqlstate::kAdminShutdown)) throw;
  }
}

void TakePasses(const WorkerTask& task) {
  if (task.duty == WorkerDuty::kProbe) {
    Probe();
    if (task.pass == 0) return;
  }
  if (task.duty == WorkerDuty::kLookUp) {
    ShowActivity("looking up pending profiles");
    wake::SetLookUpPosition(LookUpPendingProfiles(wake::LookUpPosition()));
    DeleteExpired();
  }
  while (!FindObstacle()) {
    const std::optional<TakenPass> pass = TakePass(task.pass);
    if (!pass) return;
    RunPass(*pass);
    ReleasePass(*pass);
    wake::CountPassEnded();
    ForgetCancelRequest();
    if (task.pass != 0) return;
    ResetSession();
    ObeySignals();
  }
}

void Work(const WorkerTask& task) {
  try {
    TakePasses(task);
  } catch (const Error& error) {
    pg::Transaction transaction;
    if (IsInstalled()) throw;
    pg::Log(LOG, "soulprint worker ends: the extension was dropped");
  }
}

}  // namespace

BackgroundWorkerHandle* StartWorker(std::int64_t pass, WorkerDuty duty) {
  return pg::Call([&] {
    const WorkerTask task{MyDatabaseId, get_role_oid(kWorkerRole, false), pass, duty};
    BackgroundWorker worker{};
    snprintf(worker.bgw_name, BGW_MAXLEN, "soulprint worker");
    snprintf(worker.bgw_type, BGW_MAXLEN, "soulprint worker");
    snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "soulprint");
    snprintf(worker.bgw_function_name, BGW_MAXLEN, "soulprint_worker_main");
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_notify_pid = MyProcPid;
    memcpy(worker.bgw_extra, &task, sizeof(task));
    BackgroundWorkerHandle* handle = nullptr;
    MemoryContext const caller = MemoryContextSwitchTo(TopMemoryContext);
    const bool registered = RegisterDynamicBackgroundWorker(&worker, &handle);
    MemoryContextSwitchTo(caller);
    return registered ? handle : nullptr;
  });
}

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PGDLLEXPORT void soulprint_worker_main(Datum);

void soulprint_worker_main(Datum) {
  return pg::Enter([] {
    WorkerTask task;
    memcpy(&task, MyBgworkerEntry->bgw_extra, sizeof(task));
    InstallSignalHandlers();
    pg::Call([&] { BackgroundWorkerInitializeConnectionByOid(task.database, task.role, 0); });
    SetUpSession("soulprint worker");
    Work(task);
  });
}
}
