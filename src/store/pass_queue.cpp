#include "store/pass_queue.hpp"

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/app_tables.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/pass_end.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

constexpr int kLookedUpAtOnce = 10000;
constexpr int kDeletedAtOnce = 10000;

double Seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Queues a pass for each of the users that has none.  `users`: a uuid[] as text, "" = none.
void QueueAll(const std::string& users) {
  if (users.empty()) return;
  const std::uint64_t queued = OwnQuery(R"(
    INSERT INTO soulprint.full_passes (user_id)
    SELECT u FROM unnest($1::uuid[]) AS u
    WHERE NOT EXISTS (SELECT FROM soulprint.full_passes f
                      WHERE f.user_id = u AND f.state IN ('queued', 'running'))
    ON CONFLICT (user_id) WHERE state IN ('queued', 'running') DO NOTHING)")
                                   .Text(users)
                                   .Execute();
  if (queued > 0) shared_state::WakeLauncherAtCommit();
}

void CancelUnwanted(const QueuedPass& pass) {
  OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET state = 'canceled', ended_at = now(), error = 'the profile is no longer pending'
    WHERE id = $1 AND state = CASE WHEN $2 THEN 'running' ELSE 'queued' END)")
      .BigInt(pass.id)
      .Bool(pass.orphan)
      .Execute();
}

}  // namespace

bool IsInstalled() {
  return pg::Query(R"(
           SELECT EXISTS (
             SELECT FROM pg_extension e
             JOIN pg_depend d ON d.refobjid = e.oid AND d.refclassid = 'pg_extension'::regclass
             WHERE e.extname = 'soulprint' AND d.deptype = 'e'
             AND d.objid = to_regclass('soulprint.full_passes')))")
      .Run()
      .at(0)
      .Bool(0);
}

std::vector<QueuedPass> DuePasses(std::int64_t only) {
  pg::Transaction transaction;
  std::vector<QueuedPass> passes;
  for (const pg::Row& row : OwnQuery(R"(
         SELECT id, user_id
         FROM soulprint.full_passes
         WHERE state IN ('queued', 'running') AND (id = $1 OR $1 = 0 AND not_before <= now())
         ORDER BY not_before, id LIMIT 1000)")
                                .BigInt(only)
                                .Run()) {
    passes.push_back({row.BigInt(0), row.Text(1)});
  }
  transaction.Commit();
  return passes;
}

bool ReadQueuedPass(QueuedPass* pass, std::int64_t only) {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(R"(
    SELECT state = 'running', attempts, error
    FROM soulprint.full_passes
    WHERE id = $1 AND state IN ('queued', 'running') AND (id = $2 OR not_before <= now()))")
                            .BigInt(pass->id)
                            .BigInt(only)
                            .Run();
  transaction.Commit();
  if (rows.empty()) return false;
  pass->orphan = rows.front().Bool(0);
  pass->attempts = static_cast<int>(rows.front().BigInt(1));
  pass->put_off_for = rows.front().Text(2);
  return true;
}

bool ClaimPass(QueuedPass* pass) {
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  const pg::Rows requested = AppQuery(R"(
    UPDATE {profiles}
    SET full_pass_status = 'processing', full_pass_started_at = now(), full_pass_error = NULL
    WHERE user_id = $1
    AND (full_pass_status = 'pending' OR $2 AND full_pass_status = 'processing')
    RETURNING full_pass_status)")
                                 .Uuid(pass->user_id)
                                 .Bool(pass->orphan)
                                 .Run();
  if (requested.empty()) {
    CancelUnwanted(*pass);
    transaction.Commit();
    return false;
  }
  RequireStatus("processing", requested);
  const pg::Rows rows = OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET state = 'running', pid = pg_backend_pid(),
        taken_at = now(), started_at = coalesce(started_at, now()),
        -- The reason why it was put off is logged once.
        error = CASE WHEN $2 THEN error END,
        -- An attempt that was cut short after it made progress is not charged.
        attempts = attempts + (state = 'queued' OR calls_made = calls_at_take)::int,
        calls_at_take = calls_made, stage = 'chunks', stage_started_at = now()
    WHERE id = $1 AND state = CASE WHEN $2 THEN 'running' ELSE 'queued' END
    RETURNING attempts, error)")
                            .BigInt(pass->id)
                            .Bool(pass->orphan)
                            .Run();
  if (rows.empty()) return false;
  // The launcher shows how many workers are busy.
  shared_state::WakeLauncherAtCommit();
  transaction.Commit();
  pass->attempts = static_cast<int>(rows.front().BigInt(0));
  pass->put_off_for = rows.front().Text(1);
  return true;
}

bool PutOffPass(const PassLease& lease, const std::string& reason, std::chrono::milliseconds wait,
                int charge) {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(R"(
    UPDATE soulprint.full_passes f
    SET error = $2, not_before = now() + make_interval(secs => $3),
        attempts = greatest(f.attempts + $4, 0),
        -- So that the next attempt is charged.
        calls_at_take = CASE WHEN $4 < 0 THEN f.calls_made ELSE f.calls_at_take END
    FROM (SELECT id, error FROM soulprint.full_passes WHERE id = $1) AS before
    WHERE f.id = before.id AND f.state IN ('queued', 'running')
    RETURNING before.error IS DISTINCT FROM $2)")
                            .BigInt(lease.id())
                            .Text(CleanUtf8(reason))
                            .Double(Seconds(wait))
                            .BigInt(charge)
                            .Run();
  transaction.Commit();
  return !rows.empty() && rows.front().Bool(0);
}

int CountPause(const PassLease& lease) {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(R"(
    UPDATE soulprint.full_passes SET pauses = pauses + 1 WHERE id = $1 RETURNING pauses)")
                            .BigInt(lease.id())
                            .Run();
  transaction.Commit();
  return rows.empty() ? 0 : static_cast<int>(rows.front().BigInt(0));
}

std::string LookUpPendingProfiles(const std::string& position) {
  pg::Transaction transaction;
  if (!pg::Query("SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL")
           .Text(AppSql("{profiles}"))
           .Text(AppSql("{conversations}"))
           .Run()
           .at(0)
           .Bool(0)) {
    return {};  // before soulprint_setup()
  }
  const pg::Rows uploaded = AppQuery(R"(
    SELECT array_agg(user_id)::text
    FROM (SELECT user_id FROM {profiles}
          WHERE full_pass_status = 'pending' AND storage_path IS NOT NULL LIMIT $1) AS p)")
                                .BigInt(kLookedUpAtOnce)
                                .Run();
  QueueAll(uploaded.at(0).Text(0));
  // Most have no conversations, and asking that is much cheaper than asking for their age.
  const pg::Rows scan =
      AppQuery(R"(
    WITH next AS MATERIALIZED (
      SELECT user_id FROM {profiles} WHERE full_pass_status = 'pending' AND user_id > $1
      ORDER BY user_id LIMIT $2),
    filled AS MATERIALIZED (
      SELECT user_id FROM next
      WHERE EXISTS (SELECT FROM {conversations} c WHERE c.user_id = next.user_id)),
    readable AS MATERIALIZED (
      SELECT user_id FROM filled p
      WHERE coalesce((SELECT max(imported_at) FROM {conversations} c WHERE c.user_id = p.user_id)
                     < now() - interval '10 s', true))
    SELECT count(*), (SELECT array_agg(user_id)::text FROM readable),
           (SELECT user_id FROM next ORDER BY user_id DESC LIMIT 1)
    FROM next)")
          .Uuid(position.empty() ? "00000000-0000-0000-0000-000000000000" : position)
          .BigInt(kLookedUpAtOnce)
          .Run();
  QueueAll(scan.at(0).Text(1));
  transaction.Commit();
  return scan.at(0).BigInt(0) < kLookedUpAtOnce ? "" : scan.at(0).Text(2);
}

void DeleteExpired() {
  pg::Transaction transaction;
  for (const char* sql : {R"(
         DELETE FROM soulprint.full_passes
         WHERE id IN (SELECT id FROM soulprint.full_passes
                      WHERE ended_at < now() - make_interval(mins => $1::int) LIMIT $2))",
                          R"(
         DELETE FROM soulprint.imports
         WHERE id IN (SELECT id FROM soulprint.imports
                      WHERE imported_at < now() - make_interval(mins => $1::int) LIMIT $2))"}) {
    OwnQuery(sql).BigInt(settings::keep_history).BigInt(kDeletedAtOnce).Execute();
  }
  OwnQuery(R"(
    DELETE FROM soulprint.replies
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM soulprint.replies
                            WHERE created_at < now() - make_interval(mins => $1::int) LIMIT $2)))")
      .BigInt(settings::keep_replies)
      .BigInt(kDeletedAtOnce)
      .Execute();
  EraseUsersWithoutProfile();
  transaction.Commit();
}

}  // namespace soulprint
