// The requester's side of the queue.
//
// The profile is read and changed with the caller's rights: row security, grants and triggers of
// the application decide.  What follows from it in the queue is then done for the caller.

#include "store/request.hpp"

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

std::optional<std::int64_t> FirstId(const pg::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return rows.front().BigInt(0);
}

std::optional<std::int64_t> ActivePass(const std::string& user_id) {
  return FirstId(OwnQuery("SELECT id FROM soulprint.full_passes"
                          " WHERE user_id = $1 AND state IN ('queued', 'running')")
                     .Uuid(user_id)
                     .Run());
}

bool IsRequested(const std::string& user_id) {
  const pg::Rows rows =
      pg::Query(
          "SELECT p.full_pass_status = 'pending' AND (p.storage_path IS NOT NULL"
          " OR EXISTS (SELECT FROM " +
          settings::AppTable("raw_conversations") + " c WHERE c.user_id = $1)) FROM " +
          settings::AppTable("user_profiles") + " p WHERE p.user_id = $1")
          .Uuid(user_id)
          .As(Worker())
          .Run();
  return !rows.empty() && rows.front().Bool(0);
}

bool EndCanceledPass(const std::string& user_id, const std::string& reason) {
  InterruptHolder(user_id);
  const auto ended = FirstId(OwnQuery("UPDATE soulprint.full_passes SET state = 'canceled',"
                                      " ended_at = now(), error = $2 WHERE user_id = $1"
                                      " AND state IN ('queued', 'running') RETURNING id")
                                 .Uuid(user_id)
                                 .Text(reason)
                                 .Run());
  if (!ended) return false;
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND unusable").Uuid(user_id).Execute();
  NotifyEnded(user_id, *ended, "failed", reason);
  return true;
}

}  // namespace

void RequireProfile(const std::string& user_id) {
  const std::string profiles = settings::AppTable("user_profiles");
  if (pg::Query("SELECT to_regclass($1) IS NULL").Text(profiles).Run().at(0).Bool(0)) {
    throw Error("42P01", "relation \"" + profiles + "\" does not exist", {},
                "Run SELECT * FROM soulprint_setup(); as a superuser first.");
  }
  if (pg::Query("SELECT FROM " + profiles + " WHERE user_id = $1").Uuid(user_id).Execute() > 0) {
    return;
  }
  throw Error("P0002", "user " + user_id + " does not exist",
              profiles + " has no such row, or the current role may not see it.",
              "Insert the user's row first.");
}

bool MayChangeProfile(const std::string& user_id) {
  const std::string profiles = settings::AppTable("user_profiles");
  return pg::Query(
             "SELECT has_schema_privilege($1, 'USAGE') AND has_table_privilege($2, 'SELECT')"
             " AND has_any_column_privilege($2, 'UPDATE')")
             .Text(settings::app_schema)
             .Text(profiles)
             .Run()
             .at(0)
             .Bool(0) &&
         pg::Query("SELECT FROM " + profiles + " WHERE user_id = $1 FOR KEY SHARE")
                 .Uuid(user_id)
                 .Execute() > 0;
}

std::optional<std::int64_t> QueuePass(const std::string& user_id) {
  if (!IsRequested(user_id)) return std::nullopt;
  // Looked for first, because an INSERT would wait for the transaction of a worker that is at it.
  // Such a pass cannot end unseen: its worker locks the profile's row first, which the requester
  // has changed.
  std::optional<std::int64_t> pass = ActivePass(user_id);
  if (!pass) {
    OwnQuery(
        "INSERT INTO soulprint.full_passes (user_id) VALUES ($1)"
        " ON CONFLICT (user_id) WHERE state IN ('queued', 'running') DO NOTHING")
        .Uuid(user_id)
        .Execute();
    pass = ActivePass(user_id);
  }
  wake::AtCommit();
  return pass;
}

// What is imported has the time when its transaction began, its import the time when it was
// complete.
std::optional<std::int64_t> CurrentPass(const std::string& user_id) {
  const pg::Rows running =
      OwnQuery(
          "SELECT f.id, f.taken_at FROM soulprint.full_passes f"
          " WHERE f.user_id = $1 AND f.state = 'running' AND NOT EXISTS"
          " (SELECT FROM soulprint.imports i WHERE i.user_id = $1 AND i.imported_at > f.taken_at)")
          .Uuid(user_id)
          .Run();
  if (running.empty()) return std::nullopt;
  const std::uint64_t changed = pg::Query("SELECT FROM " + settings::AppTable("raw_conversations") +
                                          " WHERE user_id = $1 AND imported_at > $2 LIMIT 1")
                                    .Uuid(user_id)
                                    .Timestamp(running.front().Timestamp(1))
                                    .As(Worker())
                                    .Execute();
  if (changed > 0) return std::nullopt;
  return running.front().BigInt(0);
}

std::int64_t StartPass(const std::string& user_id, const std::optional<std::string>& storage_path) {
  RequireProfile(user_id);
  // What lies at a storage_path that is given may have come after a running pass has looked there.
  if (!storage_path) {
    if (const auto current = CurrentPass(user_id)) return *current;
  }
  pg::Query("UPDATE " + settings::AppTable("user_profiles") +
            " p SET full_pass_status = 'pending', storage_path = coalesce($2, p.storage_path)"
            " WHERE p.user_id = $1")
      .Uuid(user_id)
      .Text(storage_path)
      .Execute();
  if (const auto pass = QueuePass(user_id)) return *pass;
  throw Error(sqlstate::kObjectNotInPrerequisiteState, "user " + user_id + " has nothing to read",
              {}, "Import an export with soulprint_import() or soulprint_import_file() first.");
}

bool CancelPass(const std::string& user_id) {
  RequireProfile(user_id);
  const pg::Rows canceled =
      pg::Query("UPDATE " + settings::AppTable("user_profiles") +
                " p SET full_pass_status = 'failed', full_pass_error = 'canceled by ' ||"
                " current_user WHERE p.user_id = $1"
                " AND p.full_pass_status IN ('pending', 'processing') RETURNING full_pass_error")
          .Uuid(user_id)
          .Run();
  return !canceled.empty() && EndCanceledPass(user_id, canceled.front().Text(0));
}

void InterruptHolder(const std::string& user_id) {
  OwnQuery(
      "SELECT pg_cancel_backend(pid) FROM soulprint.full_passes f"
      " WHERE user_id = $1 AND state = 'running' AND pid IS NOT NULL AND NOT EXISTS"
      " (SELECT FROM soulprint.full_passes s WHERE s.id = f.id FOR UPDATE SKIP LOCKED)")
      .Uuid(user_id)
      .Execute();
}

void NotifyEnded(const std::string& user_id, std::int64_t pass_id, const std::string& status,
                 const std::string& error) {
  OwnQuery(
      "SELECT pg_notify('soulprint', json_build_object('user_id', $1, 'pass_id', $2,"
      " 'status', $3, 'error', nullif($4, ''))::text)")
      .Uuid(user_id)
      .BigInt(pass_id)
      .Text(status)
      .Text(error)
      .Execute();
}

}  // namespace soulprint
