// The requester's side of the queue.
//
// The profile is read and changed with the caller's rights: row security, grants and triggers of
// the application decide.  The queue is then changed for the caller.

#include "store/request.hpp"

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "shared_state.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "store/notes.hpp"
#include "store/preflight.hpp"
#include "store/purse.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

std::optional<std::int64_t> FirstId(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return rows.front().BigInt(0);
}

std::optional<std::int64_t> ActivePass(const std::string& user_id) {
  return FirstId(OwnQuery(R"(
    SELECT id FROM soulprint.full_passes
    WHERE user_id = $1 AND state IN ('queued', 'running'))")
                     .Uuid(user_id)
                     .Run());
}

struct Request {
  bool pending = false;
  bool readable = false;
};

Request ReadRequest(const std::string& user_id) {
  const pg::Rows rows = AppQuery(app::kReadRequest).Uuid(user_id).As(Worker()).Run();
  if (rows.empty()) return {};
  return {rows.front().Bool(0), rows.front().Bool(1) || HasNotes(user_id)};
}

bool EndCanceledPass(const std::string& user_id, const std::string& reason) {
  InterruptHolder(user_id);
  const auto ended = FirstId(OwnQuery(Format(R"(
    UPDATE soulprint.full_passes
    SET state = 'canceled', ended_at = now(), error = $2, suspect = false, {}
    WHERE user_id = $1 AND state IN ('queued', 'running')
    RETURNING id)",
                                             kEndStage))
                                 .Uuid(user_id)
                                 .Text(reason)
                                 .Run());
  if (!ended) return false;
  ChargeOrphans(user_id);
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND unusable").Uuid(user_id).Execute();
  NotifyEnded(user_id, *ended, "failed", reason);
  return true;
}

void LimitCost(const std::string& user_id, double usd) {
  OwnQuery(R"(
    UPDATE soulprint.full_passes SET max_cost_usd = $2::numeric
    WHERE user_id = $1 AND state = 'queued')")
      .Uuid(user_id)
      .Double(usd)
      .Execute();
}

void SetBatch(const std::string& user_id, bool batch) {
  OwnQuery("UPDATE soulprint.full_passes SET batch = $2 WHERE user_id = $1 AND state = 'queued'")
      .Uuid(user_id)
      .Bool(batch)
      .Execute();
}

}  // namespace

void RequireProfile(const std::string& user_id) {
  if (const auto problem = FindVersionProblem()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState, problem->message).Hint(problem->hint);
  }
  const std::string profiles = AppSql("{profiles}");
  if (pg::Query("SELECT to_regclass($1) IS NULL").Text(profiles).Run().at(0).Bool(0)) {
    throw Error(sqlstate::kUndefinedTable, Format("relation \"{}\" does not exist", profiles))
        .Hint("Run SELECT * FROM soulprint_setup(); as a superuser first.");
  }
  if (AppQuery("SELECT FROM {profiles} WHERE user_id = $1").Uuid(user_id).Execute() > 0) return;
  throw Error(sqlstate::kNoDataFound, Format("no profile for user {} in {}", user_id, profiles))
      .Detail("There is no such row, or the current role may not see it.")
      .Hint("Insert the user's row first.");
}

void ThrowMayOnlySee(const std::string& user_id) {
  throw Error(sqlstate::kInsufficientPrivilege,
              Format("permission denied to change the profile of user {}", user_id))
      .Detail("The row security of user_profiles lets the current role see it only.");
}

bool HasSources(const std::string& user_id) { return ReadRequest(user_id).readable; }

std::int64_t Enqueue(const std::string& user_id) {
  // Look first: an INSERT would wait for the transaction of a worker that runs the user's pass.
  // That pass cannot end unseen, because its worker locks the profile's row first, and the
  // requester has changed that row.
  std::optional<std::int64_t> pass = ActivePass(user_id);
  if (pass) {
    OwnQuery(R"(
      UPDATE soulprint.full_passes SET not_before = now()
      WHERE user_id = $1 AND state = 'queued' AND not_before > now() AND NOT suspect)")
        .Uuid(user_id)
        .Execute();
  } else {
    OwnQuery(R"(
      INSERT INTO soulprint.full_passes (user_id) VALUES ($1)
      ON CONFLICT (user_id) WHERE state IN ('queued', 'running') DO NOTHING)")
        .Uuid(user_id)
        .Execute();
    pass = ActivePass(user_id);
  }
  shared_state::WakeLauncherAtCommit();
  return pass.value();
}

std::optional<std::int64_t> QueuePass(const std::string& user_id) {
  const Request request = ReadRequest(user_id);
  if (!request.pending || !request.readable) return std::nullopt;
  return Enqueue(user_id);
}

// imported_at of a conversation is the begin of the import's transaction; that of soulprint.imports
// is its end.
std::optional<std::int64_t> CurrentPass(const std::string& user_id) {
  const pg::Rows running = OwnQuery(R"(
    SELECT f.id, f.taken_at FROM soulprint.full_passes f
    WHERE f.user_id = $1 AND f.state = 'running'
    AND NOT EXISTS (SELECT FROM soulprint.imports i
                    WHERE i.user_id = $1 AND i.imported_at > f.taken_at))")
                               .Uuid(user_id)
                               .Run();
  if (running.empty()) return std::nullopt;
  const std::uint64_t changed = AppQuery(app::kFindImportedSince)
                                    .Uuid(user_id)
                                    .Timestamp(running.front().Timestamp(1))
                                    .As(Worker())
                                    .Execute();
  if (changed > 0) return std::nullopt;
  return running.front().BigInt(0);
}

std::int64_t StartPass(const std::string& user_id, const std::optional<std::string>& storage_path,
                       const std::optional<double>& max_cost_usd,
                       const std::optional<bool>& batch) {
  RequireProfile(user_id);
  // A storage_path that is given may hold an export that a running pass has not seen.
  if (!storage_path) {
    if (const auto current = CurrentPass(user_id)) return *current;
  }
  // Citus lets no other role read what this transaction has changed.
  const bool readable = storage_path || HasSources(user_id);
  // Changing storage_path needs a privilege of its own.
  pg::Query update = AppQuery(storage_path ? R"(
    UPDATE {profiles} p SET full_pass_status = 'pending', storage_path = $2 WHERE p.user_id = $1)"
                                           : R"(
    UPDATE {profiles} p SET full_pass_status = 'pending' WHERE p.user_id = $1)");
  update.Uuid(user_id);
  if (storage_path) update.Text(storage_path);
  if (update.Execute() == 0) ThrowMayOnlySee(user_id);
  if (!readable) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                Format("no conversations to process for user {}", user_id))
        .Hint("Import an export with soulprint_import() or soulprint_import_file() first.");
  }
  const std::int64_t pass = Enqueue(user_id);
  if (max_cost_usd) LimitCost(user_id, *max_cost_usd);
  if (batch) SetBatch(user_id, *batch);
  return pass;
}

bool CancelPass(const std::string& user_id) {
  RequireProfile(user_id);
  const pg::Rows canceled = AppQuery(R"(
    UPDATE {profiles} p
    SET full_pass_status = 'failed', full_pass_error = 'canceled by ' || current_user
    WHERE p.user_id = $1 AND p.full_pass_status IN ('pending', 'processing')
    RETURNING full_pass_error)")
                                .Uuid(user_id)
                                .Run();
  return !canceled.empty() && EndCanceledPass(user_id, canceled.front().Text(0));
}

std::int64_t RetryFailed(const std::optional<std::string>& since) {
  const pg::Rows failed = OwnQuery(R"(
    SELECT user_id FROM soulprint.full_passes f
    WHERE state = 'failed' AND error NOT LIKE 'canceled by %'
    AND ($1::interval IS NULL OR ended_at >= now() - $1::interval)
    AND NOT EXISTS (SELECT FROM soulprint.full_passes l WHERE l.user_id = f.user_id AND l.id > f.id)
    ORDER BY id)")
                              .Text(since)
                              .Run();
  std::int64_t requested = 0;
  for (const pg::Row& row : failed) {
    const std::string& user_id = row.Text(0);
    const bool readable = HasSources(user_id);
    const std::uint64_t set = AppQuery(R"(
      UPDATE {profiles} SET full_pass_status = 'pending'
      WHERE user_id = $1 AND full_pass_status IN ('failed', 'processing', 'pending'))")
                                  .Uuid(user_id)
                                  .Execute();
    if (set == 0 || !readable) continue;
    Enqueue(user_id);
    ++requested;
  }
  return requested;
}

void InterruptHolder(const std::string& user_id) {
  OwnQuery(R"(
    SELECT pg_cancel_backend(pid) FROM soulprint.full_passes f
    WHERE user_id = $1 AND state = 'running' AND pid IS NOT NULL
    AND NOT EXISTS (SELECT FROM soulprint.full_passes s
                    WHERE s.id = f.id AND s.user_id = f.user_id FOR UPDATE SKIP LOCKED))")
      .Uuid(user_id)
      .Execute();
}

void NotifyEnded(const std::string& user_id, std::int64_t pass_id, const std::string& status,
                 const std::string& error) {
  OwnQuery(R"(
    SELECT pg_notify('soulprint', json_build_object(
      'user_id', $1, 'pass_id', $2, 'status', $3, 'error', nullif($4, ''),
      'coverage', (SELECT coverage FROM soulprint.full_passes
                   WHERE id = $2 AND user_id = $1))::text))")
      .Uuid(user_id)
      .BigInt(pass_id)
      .Text(status)
      .Text(error)
      .Execute();
}

}  // namespace soulprint
