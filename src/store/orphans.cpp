#include "store/orphans.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

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

// What a worker adds to the file when it ends and its pass does not.  A worker that dies adds none.
struct Note {
  std::int64_t pass;
  std::int64_t crash;  // of another process: 1, or 0 if there was none
};

const std::string& NotesFile() {
  static const std::string& path =
      *new std::string(Format("{}/soulprint.{}", PGSTAT_STAT_PERMANENT_DIRECTORY, MyDatabaseId));
  return path;
}

// The pass at exit, for a signal handler; 0 = none.
std::atomic<std::int64_t> pass_at_quit{0};
static_assert(decltype(pass_at_quit)::is_always_lock_free);

// Safe in a signal handler.  The process ends: it need not close the file.
void WriteNote(bool crash) {
  const Note note{pass_at_quit, crash ? 1 : 0};
  if (note.pass == 0) return;
  const int file = open(NotesFile().c_str(), O_WRONLY | O_CREAT | O_APPEND, pg_file_create_mode);
  // If this fails, the worker counts as one that died.
  [[maybe_unused]] const ssize_t written = write(file, &note, sizeof(note));
}

// Passes that could not be returned: the postmaster has died, for example.
void WriteNoteAtExit(int, Datum) { WriteNote(false); }

struct QuitNotes {
  bool found = false;  // the file, which is empty if it could not be written
  std::vector<std::int64_t> passes;
  std::vector<std::int64_t> stopped;  // those of them that no crash has met
};

QuitNotes ReadQuitNotes() {
  std::ifstream file(NotesFile(), std::ios::binary);
  QuitNotes notes{file.is_open(), {}, {}};
  for (Note note{}; file.read(reinterpret_cast<char*>(&note), sizeof(note));) {
    notes.passes.push_back(note.pass);
    if (note.crash == 0) notes.stopped.push_back(note.pass);
  }
  return notes;
}

// False while another worker is returning one of the passes, which may fail, or a client has it
// locked.
bool AreReturned(std::vector<std::int64_t> passes) {
  return OwnQuery(Format(R"(
    WITH held AS ({})
    SELECT NOT EXISTS (SELECT FROM soulprint.full_passes
                       WHERE state = 'running' AND id = ANY ($2) AND id NOT IN (SELECT id FROM held)))",
                         kHeldPasses))
      .BigInt(kPassLockClass)
      .BigIntArray(std::move(passes))
      .Run()
      .at(0)
      .Bool(0);
}

// Must neither wait nor fail: the process cannot be interrupted any more.
void ReturnPass(int, Datum) {
  const PassAtExit pass = std::exchange(AtExit(), {});
  if (pass.id == 0 || !PostmasterIsAlive()) return;
  try {
    pg::Call([] { AbortOutOfAnyTransaction(); });
    pg::Transaction transaction;
    const bool free = pg::Call([] {
      const Oid schema = get_namespace_oid("soulprint", true);
      const Oid table = OidIsValid(schema) ? get_relname_relid("full_passes", schema) : InvalidOid;
      return OidIsValid(table) && ConditionalLockRelationOid(table, RowExclusiveLock);
    });
    if (!free) return;
    const std::uint64_t returned = OwnQuery(Format(R"(
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
    if (returned > 0) pass_at_quit = 0;
    if (pg::IsTerminating()) shared_state::CountPassEnded();
  } catch (const Error&) {
    // Another worker finds the pass.  (An ERROR of Postgres does not come here: at this point it
    // ends the process.)
  }
}

// A row that ReturnOrphans returns.
void LogCrash(const pg::Row& orphan) {
  const int crashes = static_cast<int>(orphan.BigInt(5));
  const std::string pass = Format("full pass {} of user {} was interrupted by a crash",
                                  orphan.BigInt(0), orphan.Text(1));
  pg::Log(LOG,
          pass + (orphan.Bool(3) ? Format(", {} of {}", orphan.BigInt(6), kMostCrashes)
                                 : std::string(" of another process")),
          crashes == 1 ? "The server crashed once during this pass."
                       : Format("The server crashed {} times during this pass.", crashes),
          orphan.Bool(4) ? Format("It runs alone for {} minutes, so that a pass which crashes the "
                                  "server is known.",
                                  TimeAlone(crashes).count())
                         : "");
}

}  // namespace

std::chrono::minutes TimeAlone(int crashes) {
  return std::chrono::minutes(std::int64_t{1} << std::clamp(crashes, 0, 6));
}

bool ReturnOrphans() {
  const QuitNotes notes = ReadQuitNotes();
  pg::Transaction transaction;
  const pg::Rows orphans = OwnQuery(Format("WITH held AS ({})", kHeldPasses) + R"(,
    orphans AS (
      SELECT id, user_id, crashed, crashed AND id <> ALL ($5) AS died
      FROM soulprint.full_passes,
        -- Promotion of a standby and recovery of an archive begin a timeline.
        LATERAL (SELECT epoch <> $3 AND timeline = $7 AND id <> ALL ($4)) AS c (crashed)
      WHERE state = 'running' AND id NOT IN (SELECT id FROM held)
      FOR UPDATE OF full_passes SKIP LOCKED),
    crashed AS (SELECT count(*) AS passes FROM orphans WHERE crashed)
    UPDATE soulprint.full_passes f
    SET state = 'queued', attempts = greatest(f.attempts - 1, 0), pid = NULL,
        crashes = f.crashes + n.crashed::int, own_crashes = n.own_crashes,
        stage_started_at = NULL, suspect = f.suspect OR n.died OR n.crashed AND f.crashes >= $6 - 1,
        not_before = now() + make_interval(secs => CASE WHEN NOT n.crashed THEN 1
                                                        WHEN f.crashes < $2 THEN least(2 ^ f.crashes, 60)
                                                        ELSE 3600 END),
        error = CASE WHEN n.crashed THEN 'the server crashed during this pass'
                     ELSE 'its worker ended' END
    FROM (SELECT o.*, p.own_crashes + CASE
            WHEN o.died AND (p.own_crashes < $2 - 1 OR c.passes = 1) THEN 1 ELSE 0
          END AS own_crashes
          FROM orphans o JOIN soulprint.full_passes p USING (id, user_id), crashed c) AS n
    WHERE f.id = n.id AND f.user_id = n.user_id AND f.state = 'running'
    RETURNING f.id, f.user_id, n.crashed, n.died, f.suspect, f.crashes, f.own_crashes)")
                               .BigInt(kPassLockClass)
                               .BigInt(kMostCrashes)
                               .BigInt(shared_state::Epoch())
                               .BigIntArray(notes.stopped)
                               .BigIntArray(notes.passes)
                               .BigInt(kCrashesToSuspect)
                               .BigInt(pg::Timeline())
                               .Run();
  for (const pg::Row& orphan : orphans) ChargeSetAside(orphan.BigInt(0), orphan.Text(1));
  ChargeCanceledInCrash();
  if (!orphans.empty()) shared_state::WakeLauncherAtCommit();
  const bool read = notes.found && AreReturned(notes.passes);
  transaction.Commit();
  if (read) unlink(NotesFile().c_str());
  for (const pg::Row& orphan : orphans) {
    if (orphan.Bool(2)) LogCrash(orphan);
  }
  return !orphans.empty();
}

void ReturnPassAtExit(const PassLease& lease) {
  static bool registered = false;
  if (!registered) {
    NotesFile();  // a handler cannot make it
    pg::Call([] {
      before_shmem_exit(WriteNoteAtExit, 0);  // after the other
      before_shmem_exit(ReturnPass, 0);
    });
    pg::CallAtQuit(WriteNote);
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
