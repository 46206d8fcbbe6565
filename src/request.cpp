// The requester's side of the queue: private SQL functions for callers who have no rights on
// soulprint.full_passes.  Each acts as soulprint_worker, and only on what the caller's own rights
// on user_profiles have made of the profile before.
//
// They are no SECURITY DEFINER functions: what the application's policies and triggers make
// soulprint_worker run could replace a function of its owner's, so soulprint_worker owns nothing.

#include <optional>
#include <string>

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

std::optional<std::int64_t> ActivePass(const std::string& user_id) {
  const pg::Rows rows = pg::Query(
                            "SELECT id FROM soulprint.full_passes"
                            " WHERE user_id = $1 AND state IN ('queued', 'running')")
                            .Uuid(user_id)
                            .Run();
  if (rows.empty()) return std::nullopt;
  return rows.front().BigInt(0);
}

bool IsRequested(const std::string& user_id) {
  const pg::Rows rows = pg::Query(
                            "SELECT p.full_pass_status = 'pending' AND (p.storage_path IS NOT NULL"
                            " OR EXISTS (SELECT FROM " +
                            settings::AppTable("raw_conversations") +
                            " c WHERE c.user_id = $1))"
                            " FROM " +
                            settings::AppTable("user_profiles") + " p WHERE p.user_id = $1")
                            .Uuid(user_id)
                            .Run();
  return !rows.empty() && rows.front().Bool(0);
}

std::optional<std::int64_t> QueuePass(const std::string& user_id) {
  if (!IsRequested(user_id)) return std::nullopt;
  // Looked for first, because an INSERT would wait for the transaction of a worker that is at it.
  // Such a pass cannot end unseen: its worker locks the profile's row first, which the requester
  // has changed.
  std::optional<std::int64_t> pass = ActivePass(user_id);
  if (!pass) {
    pg::Query(
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
  const pg::Rows rows =
      pg::Query(
          "SELECT f.id FROM soulprint.full_passes f WHERE f.user_id = $1 AND f.state = 'running'"
          " AND NOT EXISTS (SELECT FROM soulprint.imports i"
          " WHERE i.user_id = $1 AND i.imported_at > f.taken_at) AND NOT EXISTS (SELECT FROM " +
          settings::AppTable("raw_conversations") +
          " c WHERE c.user_id = $1 AND c.imported_at > f.taken_at)")
          .Uuid(user_id)
          .Run();
  if (rows.empty()) return std::nullopt;
  return rows.front().BigInt(0);
}

bool EndCanceledPass(const std::string& user_id) {
  const pg::Rows canceled =
      pg::Query(
          "SELECT f.id, f.pid, p.full_pass_error, f.state = 'running' FROM soulprint.full_passes f "
          "JOIN " +
          settings::AppTable("user_profiles") +
          " p ON p.user_id = f.user_id WHERE f.user_id = $1"
          " AND f.state IN ('queued', 'running')"
          " AND p.full_pass_status = 'failed' AND p.full_pass_error IS NOT NULL")
          .Uuid(user_id)
          .Run();
  if (canceled.empty()) return false;
  const std::int64_t pass = canceled.front().BigInt(0);
  const std::string& reason = canceled.front().Text(2);
  // A worker that is storing chunks holds the row for that long: interrupt it.  It cannot record a
  // failure before us, because the profile's row comes first and is the caller's.
  const bool free =
      pg::Query("SELECT FROM soulprint.full_passes WHERE id = $1 FOR UPDATE SKIP LOCKED")
          .BigInt(pass)
          .Execute() > 0;
  if (!free && canceled.front().Bool(3)) {
    pg::Query("SELECT pg_cancel_backend($1::int)").BigInt(canceled.front().BigInt(1)).Run();
  }
  const std::uint64_t ended =
      pg::Query(
          "UPDATE soulprint.full_passes SET state = 'canceled', ended_at = now(), error = $2"
          " WHERE id = $1 AND state IN ('queued', 'running')")
          .BigInt(pass)
          .Text(reason)
          .Execute();
  if (ended == 0) return false;
  pg::Query("DELETE FROM soulprint.replies WHERE user_id = $1 AND unusable")
      .Uuid(user_id)
      .Execute();
  pg::Query("SELECT soulprint.notify_ended($1, $2, 'failed', $3)")
      .Uuid(user_id)
      .BigInt(pass)
      .Text(reason)
      .Run();
  return true;
}

Datum ToResult(FunctionCallInfo fcinfo, const std::optional<std::int64_t>& pass) {
  fcinfo->isnull = !pass;
  return Int64GetDatum(pass.value_or(0));
}

}  // namespace

}  // namespace soulprint

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_queue_full_pass);
PG_FUNCTION_INFO_V1(soulprint_current_full_pass);
PG_FUNCTION_INFO_V1(soulprint_end_canceled_pass);

Datum soulprint_queue_full_pass(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    const std::string user_id = pg::FromUuid(PG_GETARG_DATUM(0));
    return ToResult(fcinfo, pg::AsRole(kWorkerRole, [&] { return QueuePass(user_id); }));
  });
}

Datum soulprint_current_full_pass(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    const std::string user_id = pg::FromUuid(PG_GETARG_DATUM(0));
    return ToResult(fcinfo, pg::AsRole(kWorkerRole, [&] { return CurrentPass(user_id); }));
  });
}

Datum soulprint_end_canceled_pass(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    const std::string user_id = pg::FromUuid(PG_GETARG_DATUM(0));
    return BoolGetDatum(pg::AsRole(kWorkerRole, [&] { return EndCanceledPass(user_id); }));
  });
}
}
