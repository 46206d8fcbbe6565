#include "store/orphans.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <utility>

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/purse.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

struct PassAtExit {
  std::int64_t id = 0;  // 0 = none
  std::string user_id;
};

PassAtExit& AtExit() {
  static PassAtExit& pass = *new PassAtExit;
  return pass;
}

// A worker adds the id of its pass to this file, 8 bytes, when it ends because the server does:
// another process crashed, or the server was stopped at once.  One that itself dies cannot.
const std::string& QuitFile() {
  static const std::string& path =
      *new std::string(Format("{}/soulprint.{}", PGSTAT_STAT_PERMANENT_DIRECTORY, MyDatabaseId));
  return path;
}

// The pass at exit, for a signal handler; 0 = none.
std::atomic<std::int64_t> pass_at_quit{0};
static_assert(decltype(pass_at_quit)::is_always_lock_free);

// Safe in a signal handler.  The process ends: it need not close the file.
void NoteQuit() {
  const std::int64_t pass = pass_at_quit;
  if (pass == 0) return;
  const int file = open(QuitFile().c_str(), O_WRONLY | O_CREAT | O_APPEND, pg_file_create_mode);
  // If this fails, the pass becomes a suspect.
  [[maybe_unused]] const ssize_t written = write(file, &pass, sizeof(pass));
}

void HandleQuit(SIGNAL_ARGS) {
  NoteQuit();
  SignalHandlerForCrashExit(postgres_signal_arg);
}

// What the file has, as text of a bigint[].
std::string QuitPasses() {
  std::ifstream file(QuitFile(), std::ios::binary);
  std::string ids;
  for (std::int64_t id = 0; file.read(reinterpret_cast<char*>(&id), sizeof(id));) {
    ids += (ids.empty() ? "" : ",") + std::to_string(id);
  }
  return "{" + ids + "}";
}

// Must neither wait nor fail: the process cannot be interrupted any more.
void ReturnPass(int, Datum) {
  if (!PostmasterIsAlive()) return NoteQuit();
  pass_at_quit = 0;
  const PassAtExit pass = std::exchange(AtExit(), {});
  if (pass.id == 0) return;
  try {
    pg::Call([] { AbortOutOfAnyTransaction(); });
    pg::Transaction transaction;
    const bool free = pg::Call([] {
      const Oid schema = get_namespace_oid("soulprint", true);
      const Oid table = OidIsValid(schema) ? get_relname_relid("full_passes", schema) : InvalidOid;
      return OidIsValid(table) && ConditionalLockRelationOid(table, RowExclusiveLock);
    });
    if (!free) return;
    OwnQuery(Format(R"(
      UPDATE soulprint.full_passes
      SET state = 'queued', attempts = greatest(attempts - 1, 0), pid = NULL, {},
          not_before = now() + interval '1 s', error = 'the worker was terminated'
      WHERE user_id = $2 AND id = (SELECT id FROM soulprint.full_passes
                                   WHERE id = $1 AND user_id = $2 AND pid = pg_backend_pid()
                                   AND state = 'running'
                                   FOR UPDATE SKIP LOCKED))",
                    kEndStage))
        .BigInt(pass.id)
        .Uuid(pass.user_id)
        .Execute();
    ChargeSetAside(pass.id, pass.user_id);
    shared_state::WakeLauncherAtCommit();
    transaction.Commit();
    if (pg::IsTerminating()) shared_state::CountPassEnded();
  } catch (const Error&) {
    // Another worker finds the pass.  (An ERROR of Postgres does not come here: at this point it
    // ends the process.)
  }
}

}  // namespace

std::chrono::minutes TimeAlone(int crashes) {
  return std::chrono::minutes(std::int64_t{1} << std::clamp(crashes, 0, 6));
}

bool ReturnOrphans() {
  pg::Transaction transaction;
  const pg::Rows orphans = OwnQuery(Format("WITH held AS ({})", kHeldPasses) + R"(,
    orphans AS (
      SELECT id, user_id, epoch <> $3 AND id <> ALL ($4::bigint[]) AS crashed
      FROM soulprint.full_passes
      WHERE state = 'running' AND id NOT IN (SELECT id FROM held)
      FOR UPDATE SKIP LOCKED),
    crashed AS (SELECT count(*) AS passes FROM orphans WHERE crashed)
    UPDATE soulprint.full_passes f
    SET state = 'queued', attempts = greatest(f.attempts - 1, 0), crashes = n.crashes, pid = NULL,
        stage_started_at = NULL, suspect = f.suspect OR n.crashed,
        not_before = now() + make_interval(secs => CASE WHEN n.crashed THEN least(2 ^ f.crashes, 60)
                                                        ELSE 1 END),
        error = CASE WHEN n.crashed
                THEN format('the server crashed during this pass, %s times by now', n.crashes)
                ELSE 'its worker ended' END
    FROM (SELECT o.id, o.user_id, o.crashed, p.crashes + CASE
            WHEN o.crashed AND (p.crashes < $2 - 1 OR c.passes = 1) THEN 1 ELSE 0 END AS crashes
          FROM orphans o JOIN soulprint.full_passes p USING (id, user_id), crashed c) AS n
    WHERE f.id = n.id AND f.user_id = n.user_id AND f.state = 'running'
    RETURNING f.id, f.user_id, f.crashes, n.crashed, (SELECT passes FROM crashed))")
                               .BigInt(kPassLockClass)
                               .BigInt(kMostCrashes)
                               .BigInt(shared_state::Epoch())
                               .Text(QuitPasses())
                               .Run();
  for (const pg::Row& orphan : orphans) ChargeSetAside(orphan.BigInt(0), orphan.Text(1));
  ChargeCanceledInCrash();
  if (!orphans.empty()) shared_state::WakeLauncherAtCommit();
  transaction.Commit();
  unlink(QuitFile().c_str());
  for (const pg::Row& orphan : orphans) {
    if (!orphan.Bool(3)) continue;
    const int crashes = static_cast<int>(orphan.BigInt(2));
    pg::Log(
        LOG,
        Format("full pass {} of user {} was interrupted by a crash, {} of {}", orphan.BigInt(0),
               orphan.Text(1), crashes, kMostCrashes),
        Format("{} workers died then.", orphan.BigInt(4)),
        Format("It runs alone for {} minutes, so that a pass which crashes the server is known.",
               TimeAlone(crashes).count()));
  }
  return !orphans.empty();
}

void ReturnPassAtExit(const PassLease& lease) {
  static bool registered = false;
  if (!registered) {
    QuitFile();  // a handler cannot make it
    pg::Call([] {
      before_shmem_exit(ReturnPass, 0);
      pqsignal(SIGQUIT, HandleQuit);
    });
  }
  registered = true;
  AtExit() = {lease.id(), lease.user_id()};
  pass_at_quit = lease.id();
}

void ForgetPassAtExit() {
  pass_at_quit = 0;
  AtExit() = {};
}

void ClearSuspicion(const PassLease& lease) {
  pg::Transaction transaction;
  LimitLockWait(kBriefly);
  OwnQuery("UPDATE soulprint.full_passes SET suspect = false WHERE id = $1 AND user_id = $2")
      .BigInt(lease.id())
      .Uuid(lease.user_id())
      .Execute();
  shared_state::WakeLauncherAtCommit();
  transaction.Commit();
}

}  // namespace soulprint
