// CALL soulprint_run_full_pass(user_id): requests a pass and waits for its end.  Where no launcher
// serves the database, the call starts a worker of its own.

#include <chrono>
#include <cstdint>
#include <string>

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "sql/arguments.hpp"
#include "sql/server.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "worker/gate.hpp"
#include "worker/worker.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr long kLookEveryMs = 100;
constexpr std::int64_t kNoticeEveryMs = 1000;
// Looks at a pass that nobody runs before the call gives up: the launcher may be probing.
constexpr int kLooksOfAProbe = 20;
constexpr int kCancelTries = 3;

struct PassRow {
  std::string state;
  std::string progress;
};

// A worker that this call has started.
class OwnWorker {
 public:
  explicit OwnWorker(BackgroundWorkerHandle* handle) : handle_(handle) {}
  ~OwnWorker() { pfree(handle_); }
  OwnWorker(const OwnWorker&) = delete;
  OwnWorker& operator=(const OwnWorker&) = delete;

  bool Stopped() const {
    pid_t pid = 0;
    return GetBackgroundWorkerPid(handle_, &pid) == BGWH_STOPPED;
  }

 private:
  BackgroundWorkerHandle* handle_;
};

PassRow Look(const std::string& user_id, std::int64_t pass) {
  const pg::Rows rows = OwnQuery(R"(
    SELECT state, soulprint.progress_text(f) FROM soulprint.full_passes f
    WHERE id = $1 AND user_id = $2)")
                            .BigInt(pass)
                            .Uuid(user_id)
                            .Run();
  if (rows.empty()) return {"canceled", ""};
  return {rows.front().Text(0), rows.front().Text(1)};
}

// True if a worker holds the lock of this pass.
bool IsHeld(std::int64_t pass) {
  return OwnQuery(R"(
           SELECT EXISTS (
             SELECT FROM pg_locks
             WHERE locktype = 'advisory' AND objsubid = $1
             AND classid::bigint << 32 | objid::bigint = $2 AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))")
      .BigInt(kPassLockClass)
      .BigInt(pass)
      .Run()
      .at(0)
      .Bool(0);
}

// The error in the profile, which says why the pass ended.
std::string ReasonOf(const std::string& user_id) {
  const pg::Rows rows =
      AppQuery("SELECT full_pass_error FROM {profiles} WHERE user_id = $1").Uuid(user_id).Run();
  return rows.empty() ? "the user was deleted" : rows.front().Text(0);
}

void Wait() {
  pg::WaitForLatch(std::chrono::milliseconds(kLookEveryMs));
  pg::CheckForInterrupts();
}

// Waits until the pass has ended, or until no worker runs it or will, and shows its progress as
// NOTICEs.  `worker`: its only worker, or nullptr if a launcher starts workers.
PassRow Watch(const std::string& user_id, std::int64_t pass, const OwnWorker* worker) {
  std::string said;
  std::int64_t waited = 0;
  int alone = 0;
  while (true) {
    // An interrupt rolls back this look only, so that the pass can be canceled afterwards.
    pg::Subtransaction look;
    // Look at the lock before the row: a worker commits the end before it releases the lock.
    const bool nobody = worker != nullptr ? worker->Stopped() : Gate::WhyClosed().has_value();
    alone = nobody && !IsHeld(pass) ? alone + 1 : 0;
    const bool abandoned = alone > (worker != nullptr ? 0 : kLooksOfAProbe);
    const PassRow row = Look(user_id, pass);
    look.Keep();
    pg::Call([] { SPI_commit(); });
    if (abandoned || (row.state != "queued" && row.state != "running")) return row;
    if (row.progress != said && waited >= kNoticeEveryMs) {
      pg::Log(NOTICE, row.progress);
      said = row.progress;
      waited = 0;
    }
    Wait();
    waited += kLookEveryMs;
  }
}

// Cancels the pass of a call that was canceled, whichever worker runs it.
void CancelAfterCall(const std::string& user_id, std::int64_t pass) {
  for (int tries_left = kCancelTries; tries_left > 0; --tries_left) {
    try {
      pg::Call([] { SPI_rollback(); });
      pg::Subtransaction cancel;
      CancelPass(user_id);
      cancel.Keep();
      pg::Call([] { SPI_commit(); });
      return;
    } catch (const Error& error) {
      // A second cancel, or a change of the profile at the same time: the next try sees it.
      if (tries_left > 1) continue;
      pg::Log(WARNING, Format("full pass {} goes on", pass),
              Format("Canceling it failed: {}.", error.what()),
              "Cancel it with soulprint_cancel_full_pass().");
    }
  }
}

// Without a launcher each call must enforce soulprint.max_workers.
void RequireFreeWorker(std::int64_t pass) {
  // After an interrupt the pass can be canceled.
  pg::Subtransaction look;
  const std::int64_t busy =
      // Idle is one that sends an alert.
      OwnQuery(
          "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'soulprint worker' AND "
          "datname = current_database() AND state IS DISTINCT FROM 'idle'")
          .Run()
          .at(0)
          .BigInt(0);
  look.Keep();
  if (busy < settings::max_workers) return;
  throw Error(sqlstate::kConfigurationLimitExceeded, "all soulprint workers are busy")
      .Detail(Format("Full pass {} stays queued; {} workers are running.", pass, busy))
      .Hint("Call it again later, or increase soulprint.max_workers.");
}

// Runs the pass in a worker that this call starts.
PassRow RunHere(const std::string& user_id, std::int64_t pass, bool probe) {
  RequireFreeWorker(pass);
  BackgroundWorkerHandle* const handle =
      StartWorker(pass, probe ? WorkerDuty::kProbe : WorkerDuty::kPasses);
  if (handle == nullptr) {
    if (probe) shared_state::ProbeNow();
    throw Error(sqlstate::kConfigurationLimitExceeded, "no background worker slot is free")
        .Detail(Format("Full pass {} stays queued.", pass))
        .Hint("Call it again later, or increase max_worker_processes.");
  }
  const OwnWorker worker(handle);
  return Watch(user_id, pass, &worker);
}

[[noreturn]] void ThrowUnfinished(const std::string& user_id, std::int64_t pass,
                                  const std::string& state) {
  if (state == "running") {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                Format("worker of full pass {} ended unexpectedly", pass))
        .Hint("See the server log for the reason. Call it again to continue.");
  }
  std::string reason = ReasonOf(user_id);
  std::string hint = state == "queued" ? "Call it again to continue." : "";
  if (const auto obstacle = Gate::WhyClosed(); state == "queued" && obstacle) {
    reason = obstacle->reason;
    hint = obstacle->hint;
  }
  if (reason.empty()) reason = state == "queued" ? "its worker ended first" : "see the server log";
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              state == "failed" ? Format("full pass {} failed: {}", pass, reason)
                                : Format("full pass {} is {}: {}", pass, state, reason))
      .Hint(hint);
}

void RunAndWait(const std::string& user_id) {
  const auto obstacle = Gate::WhyClosed();
  if (obstacle && !Gate::IsProbeDue()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                Format("no full pass can run: {}", obstacle->reason))
        .Hint(obstacle->hint);
  }
  const bool served = !UnservedReason();
  const std::int64_t pass = StartPass(user_id, std::nullopt);
  const bool probe = !served && obstacle && Gate::ClaimProbe();
  // The worker must see the request, and waiting must not hold a snapshot.
  pg::Call([] { SPI_commit(); });
  PassRow end;
  try {
    end = served ? Watch(user_id, pass, nullptr) : RunHere(user_id, pass, probe);
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kQueryCanceled) CancelAfterCall(user_id, pass);
    throw;
  }
  if (end.state != "done") ThrowUnfinished(user_id, pass, end.state);
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_run_full_pass);

Datum soulprint_run_full_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const auto* context = reinterpret_cast<CallContext*>(fcinfo->context);
    if (context == nullptr || context->atomic) {
      throw Error(sqlstate::kActiveSqlTransaction,
                  "soulprint_run_full_pass() cannot run inside a transaction block")
          .Hint("Call it outside of one, or use soulprint_start_full_pass().");
    }
    const std::string user_id = UserIdArgument(fcinfo);
    pg::Call([] { SPI_connect_ext(SPI_OPT_NONATOMIC); });
    RunAndWait(user_id);
    pg::Call([] { SPI_finish(); });
    return static_cast<Datum>(0);
  });
}
}
