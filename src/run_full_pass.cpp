// CALL soulprint_run_full_pass(user_id): requests a pass, runs it in a worker of its own and waits
// for it.  The path for servers that do not preload the library, and for people who want to watch.

#include <cstdint>
#include <string>

#include "activity.hpp"
#include "error.hpp"
#include "pause.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/role.hpp"
#include "settings.hpp"
#include "wake.hpp"
#include "worker.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

constexpr long kLookEveryMs = 100;
constexpr std::int64_t kNoticeEveryMs = 1000;

struct PassRow {
  std::string state;
  std::string progress;
};

// The public functions and views are where the extension is.
std::string PublicSchema() {
  return pg::Query(
             "SELECT pg_catalog.quote_ident(nspname::text) FROM pg_catalog.pg_extension e"
             " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
             " WHERE extname = 'soulprint'")
      .Run()
      .at(0)
      .Text(0);
}

// Interrupts the worker when the caller is interrupted, else lets it be.
class WorkerGuard {
 public:
  explicit WorkerGuard(BackgroundWorkerHandle* handle) : handle_(handle) {}
  ~WorkerGuard() {
    pid_t pid = 0;
    if (!ended_ && GetBackgroundWorkerPid(handle_, &pid) == BGWH_STARTED) {
      kill(pid, SIGINT);
    } else if (!ended_) {
      // It has not begun: the pass stays queued.
      TerminateBackgroundWorker(handle_);
    }
    pfree(handle_);
  }
  WorkerGuard(const WorkerGuard&) = delete;
  WorkerGuard& operator=(const WorkerGuard&) = delete;

  bool Stopped() {
    pid_t pid = 0;
    ended_ = GetBackgroundWorkerPid(handle_, &pid) == BGWH_STOPPED;
    return ended_;
  }
  void Release() { ended_ = true; }

 private:
  BackgroundWorkerHandle* handle_;
  bool ended_ = false;
};

PassRow Look(std::int64_t pass) {
  constexpr const char* kSql =
      "SELECT state, soulprint.progress_text(f) FROM soulprint.full_passes f WHERE id = $1";
  const pg::Rows rows = pg::AsRole(kWorkerRole, [&] { return pg::Query(kSql).BigInt(pass).Run(); });
  if (rows.empty()) return {"canceled", ""};
  return {rows.front().Text(0), rows.front().Text(1)};
}

// Whether a worker is at this pass.
bool IsHeld(std::int64_t pass) {
  return pg::Query(
             "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory'"
             " AND objsubid = $1 AND classid::bigint << 32 | objid::bigint = $2 AND granted"
             " AND database = (SELECT oid FROM pg_catalog.pg_database"
             " WHERE datname = pg_catalog.current_database()))")
      .BigInt(kPassLockClass)
      .BigInt(pass)
      .Run()
      .at(0)
      .Bool(0);
}

// What the profile says of the pass's end.
std::string ReasonOf(const std::string& user_id) {
  pg::Rows rows = pg::Query("SELECT full_pass_error FROM " + settings::AppTable("user_profiles") +
                            " WHERE user_id = $1")
                      .Uuid(user_id)
                      .Run();
  return rows.empty() ? "the user was deleted" : rows.front().Text(0);
}

void Wait() {
  pg::Call([] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kLookEveryMs,
              PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  });
  pg::CheckForInterrupts();
}

// Waits until the pass has ended, or until nobody is at it any more, saying how far it is.
PassRow Watch(std::int64_t pass, WorkerGuard& worker) {
  std::string said;
  std::int64_t waited = 0;
  while (true) {
    // The lock before the row: a worker lets go of it after it has committed the end.
    const bool abandoned = worker.Stopped() && !IsHeld(pass);
    const PassRow row = Look(pass);
    // If there is a launcher, it takes over.
    if (abandoned) wake::AtCommit();
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

void RunAndWait(const std::string& user_id) {
  const auto obstacle = FindObstacle();
  if (obstacle && !IsProbeDue()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "no full pass can run: " + obstacle->reason, {}, obstacle->hint);
  }
  const std::int64_t pass = pg::Query("SELECT " + PublicSchema() + ".soulprint_start_full_pass($1)")
                                .Uuid(user_id)
                                .Run()
                                .at(0)
                                .BigInt(0);
  // Before the launcher hears of the pass, and may want to probe.
  const bool probe = obstacle && TakeProbe();
  // The worker must see the request, and waiting must not hold a snapshot.
  pg::Call([] { SPI_commit(); });
  if (obstacle && !probe) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "full pass " + std::to_string(pass) + " waits: " + obstacle->reason, {},
                obstacle->hint);
  }
  BackgroundWorkerHandle* const handle =
      StartWorker(pass, probe ? WorkerDuty::kProbe : WorkerDuty::kPasses);
  if (handle == nullptr) {
    if (probe) wake::ProbeNow();
    throw Error("53400", "no background worker slot is free",
                "Full pass " + std::to_string(pass) + " stays queued.",
                "Raise max_worker_processes, or try again later.");
  }
  WorkerGuard worker(handle);
  const PassRow end = Watch(pass, worker);
  worker.Release();
  if (end.state == "done") return;
  if (end.state == "running") {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "the worker of full pass " + std::to_string(pass) + " ended unexpectedly", {},
                "Call it again to go on; the server log may say why.");
  }
  const auto still = end.state == "queued" ? FindObstacle() : std::nullopt;
  throw Error(sqlstate::kObjectNotInPrerequisiteState,
              "full pass " + std::to_string(pass) +
                  (end.state == "failed" ? " has failed: " : " is " + end.state + ": ") +
                  (still ? still->reason : ReasonOf(user_id)),
              {},
              still                   ? still->hint
              : end.state == "queued" ? "Call it again to go on."
                                      : "");
}

}  // namespace

}  // namespace soulprint

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_run_full_pass);

Datum soulprint_run_full_pass(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    const auto* context = reinterpret_cast<CallContext*>(fcinfo->context);
    if (context == nullptr || context->atomic) {
      throw Error("25001", "soulprint_run_full_pass() cannot run inside a transaction block", {},
                  "Call it on its own, or use soulprint_start_full_pass().");
    }
    if (PG_ARGISNULL(0)) {
      throw Error("22004", "user_id must not be null", {},
                  "Pass the user_id of a row in user_profiles.");
    }
    const std::string user_id = pg::FromUuid(PG_GETARG_DATUM(0));
    pg::Call([] { SPI_connect_ext(SPI_OPT_NONATOMIC); });
    RunAndWait(user_id);
    pg::Call([] { SPI_finish(); });
    return static_cast<Datum>(0);
  });
}
}
