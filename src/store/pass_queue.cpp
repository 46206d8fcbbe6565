#include "store/pass_queue.hpp"

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "store/pass_end.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

constexpr int kLookedUpAtOnce = 10000;
constexpr int kDeletedAtOnce = 10000;

double Seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Queues a pass for each of the users that has none, unless the profile did not take the end of its
// last pass and nothing was imported since.  `users`: a uuid[] as text, "" = none; `imported`: a
// timestamptz[] of their newest conversations, in the same order.
void QueueAll(const std::string& users, const std::string& imported) {
  if (users.empty()) return;
  const std::uint64_t queued = OwnQuery(R"(
    INSERT INTO soulprint.full_passes (user_id)
    SELECT u FROM unnest($1::uuid[], $2::timestamptz[]) AS n (u, imported_at)
    -- An import may still be going on.
    WHERE (imported_at IS NULL OR imported_at < now() - interval '10 s')
    AND NOT EXISTS (
      SELECT FROM soulprint.full_passes f
      WHERE f.user_id = u AND (
        f.state IN ('queued', 'running')
        OR f.unrecorded AND f.taken_at >= coalesce(n.imported_at, '-infinity')
           AND NOT EXISTS (SELECT FROM soulprint.full_passes l WHERE l.user_id = u AND l.id > f.id)
           AND NOT EXISTS (SELECT FROM soulprint.imports i
                           WHERE i.user_id = u AND i.imported_at > f.taken_at)))
    ON CONFLICT (user_id) WHERE state IN ('queued', 'running') DO NOTHING)")
                                   .Text(users)
                                   .Text(imported.empty() ? "{}" : imported)
                                   .Execute();
  if (queued > 0) shared_state::WakeLauncherAtCommit();
}

void CancelUnwanted(const QueuedPass& pass, const char* reason) {
  OwnQuery(R"(
    UPDATE soulprint.full_passes SET state = 'canceled', ended_at = now(), error = $3
    WHERE id = $1 AND user_id = $2 AND state = 'queued')")
      .BigInt(pass.id)
      .Uuid(pass.user_id)
      .Text(reason)
      .Execute();
}

// True if the profile asks for a pass: one that was interrupted left it as processing.
bool IsWanted(const std::string& status) { return status == "pending" || status == "processing"; }

pg::Rows ReadStatus(const std::string& user_id) {
  return AppQuery(app::kReadStatus).Uuid(user_id).Run();
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
  bool trial = false;
  if (only == 0) {
    const pg::Row row = OwnQuery(Format(R"(
      SELECT suspects, {} OR suspects AND {}
      FROM (SELECT EXISTS (SELECT FROM soulprint.full_passes
                           WHERE suspect AND state IN ('queued', 'running')
                           AND (state = 'running' OR not_before <= now()))) AS s (suspects))",
                                        kTrialElsewhere, kPassElsewhere))
                            .Run()
                            .at(0);
    if (row.Bool(1)) return passes;
    trial = row.Bool(0);
  }
  const char* const kDue = R"(
    SELECT id, user_id FROM soulprint.full_passes
    WHERE state = 'queued' AND (id = $1 OR $1 = 0 AND not_before <= now())
    ORDER BY not_before, id LIMIT 100)";
  const char* const kSuspects = R"(
    SELECT id, user_id FROM soulprint.full_passes
    WHERE suspect AND state = 'queued' AND not_before <= now() AND $1 = 0
    AND NOT EXISTS (SELECT FROM soulprint.full_passes WHERE state = 'running')
    ORDER BY crashes, not_before, id LIMIT 1)";
  for (const pg::Row& row : OwnQuery(trial ? kSuspects : kDue).BigInt(only).Run()) {
    passes.push_back({row.BigInt(0), row.Text(1)});
  }
  transaction.Commit();
  return passes;
}

bool OthersWait() {
  return pg::InTransaction([] {
    LimitLockWait(kBriefly);
    return OwnQuery(Format(R"(
             SELECT EXISTS (SELECT FROM soulprint.full_passes
                            WHERE state = 'queued' AND not_before < now() - interval '1 s') OR {})",
                           kTrialElsewhere))
        .Run()
        .at(0)
        .Bool(0);
  });
}

bool ReadQueuedPass(QueuedPass* pass, std::int64_t only) {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(R"(
    SELECT attempts, error, crashes, own_crashes, suspect FROM soulprint.full_passes
    WHERE id = $1 AND user_id = $2 AND state = 'queued' AND (id = $3 OR not_before <= now())
    FOR UPDATE SKIP LOCKED)")
                            .BigInt(pass->id)
                            .Uuid(pass->user_id)
                            .BigInt(only)
                            .Run();
  transaction.Commit();
  if (rows.empty()) return false;
  pass->attempts = static_cast<int>(rows.front().BigInt(0));
  pass->put_off_for = rows.front().Text(1);
  pass->crashes = static_cast<int>(rows.front().BigInt(2));
  pass->own_crashes = static_cast<int>(rows.front().BigInt(3));
  pass->suspect = rows.front().Bool(4);
  return true;
}

Claim ClaimPass(QueuedPass* pass) {
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  const pg::Rows status = ReadStatus(pass->user_id);
  if (status.empty() || !IsWanted(status.front().Text(0))) {
    CancelUnwanted(*pass, status.empty() ? "soulprint_worker sees no profile of this user"
                                         : "the profile is no longer pending");
    transaction.Commit();
    return Claim::kCanceled;
  }
  const pg::Rows claimed = AppQuery(app::kClaimProfile).Uuid(pass->user_id).Run();
  if (claimed.empty()) {
    // The status may have changed since it was read; then this pass is looked at again.
    const pg::Rows now = ReadStatus(pass->user_id);
    if (now.empty() || !IsWanted(now.front().Text(0))) return Claim::kLost;
  }
  RequireStatus("processing", claimed);
  const pg::Rows rows = OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET state = 'running', pid = pg_backend_pid(), epoch = $4, timeline = $5,
        taken_at = now(), started_at = coalesce(started_at, $6),
        -- The reason why its worker put it off is logged once.
        error = CASE WHEN $3 AND pid IS NOT NULL THEN error END,
        attempts = attempts + 1, stage = 'chunks', stage_started_at = now()
    WHERE id = $1 AND user_id = $2 AND state = 'queued'
    RETURNING attempts, error)")
                            .BigInt(pass->id)
                            .Uuid(pass->user_id)
                            .Bool(status.front().Text(0) == "processing")
                            .BigInt(shared_state::Epoch())
                            .BigInt(pg::Timeline())
                            .Now()
                            .Run();
  if (rows.empty()) return Claim::kLost;
  // The launcher shows how many workers are busy.
  shared_state::WakeLauncherAtCommit();
  transaction.Commit();
  pass->attempts = static_cast<int>(rows.front().BigInt(0));
  pass->put_off_for = rows.front().Text(1);
  return Claim::kClaimed;
}

bool PutOffPass(const PassLease& lease, const std::string& reason, std::chrono::milliseconds wait,
                int charge) {
  pg::Transaction transaction;
  LimitLockWait(kBriefly);
  const pg::Rows rows = OwnQuery(Format(R"(
    UPDATE soulprint.full_passes f
    SET state = 'queued', error = $3, not_before = now() + make_interval(secs => $4),
        attempts = greatest(f.attempts + $5, 0), {}
    FROM (SELECT error FROM soulprint.full_passes WHERE id = $1 AND user_id = $2) AS before
    WHERE f.id = $1 AND f.user_id = $2 AND f.state IN ('queued', 'running')
    RETURNING before.error IS DISTINCT FROM $3)",
                                        kEndStage))
                            .BigInt(lease.id())
                            .Uuid(lease.user_id())
                            .Text(CleanUtf8(reason))
                            .Double(Seconds(wait))
                            .BigInt(charge)
                            .Run();
  transaction.Commit();
  return !rows.empty() && rows.front().Bool(0);
}

void ExplainWait(const PassLease& lease, const std::string& reason) {
  try {
    pg::Transaction transaction;
    LimitLockWait(kBriefly);
    AppQuery(app::kExplainWait).Uuid(lease.user_id()).Text(reason).Execute();
    transaction.Commit();
  } catch (const SqlError&) {
    // The pass shows it.
  }
}

void ExplainDuePasses(const std::string& reason) {
  pg::Transaction transaction;
  OwnQuery(R"(
    UPDATE soulprint.full_passes SET error = $1
    WHERE id IN (SELECT id FROM soulprint.full_passes
                 WHERE state = 'queued' AND not_before <= now() AND error IS DISTINCT FROM $1
                 LIMIT 1000 FOR UPDATE SKIP LOCKED))")
      .Text(CleanUtf8(reason))
      .Execute();
  transaction.Commit();
}

int CountPause(const PassLease& lease) {
  pg::Transaction transaction;
  const pg::Rows rows = OwnQuery(R"(
    UPDATE soulprint.full_passes SET pauses = pauses + 1
    WHERE id = $1 AND user_id = $2
    RETURNING pauses)")
                            .BigInt(lease.id())
                            .Uuid(lease.user_id())
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
  const pg::Rows uploaded = AppQuery(app::kListUploaded).BigInt(kLookedUpAtOnce).Run();
  QueueAll(uploaded.at(0).Text(0), "");
  const std::string first = position.empty() ? "00000000-0000-0000-0000-000000000000" : position;
  const pg::Rows next = AppQuery(app::kScanPending).Uuid(first).BigInt(kLookedUpAtOnce).Run();
  const std::string& last = next.at(0).Text(1);
  if (!last.empty()) {
    const pg::Rows filled = AppQuery(app::kFindFilled).Uuid(first).Uuid(last).Run();
    QueueAll(filled.at(0).Text(0), filled.at(0).Text(1));
  }
  transaction.Commit();
  return next.at(0).BigInt(0) < kLookedUpAtOnce ? "" : last;
}

void DeleteExpired() {
  pg::Transaction transaction;
  for (const char* sql : {R"(
         DELETE FROM soulprint.full_passes
         WHERE id IN (SELECT id FROM soulprint.full_passes
                      WHERE ended_at < now() - make_interval(mins => $1::int)
                      AND NOT half_published LIMIT $2))",
                          R"(
         DELETE FROM soulprint.imports
         WHERE id IN (SELECT id FROM soulprint.imports
                      WHERE imported_at < now() - make_interval(mins => $1::int) LIMIT $2))",
                          R"(
         DELETE FROM soulprint.batches
         WHERE id IN (SELECT id FROM soulprint.batches b
                      WHERE state IN ('ended', 'refused', 'lost')
                      AND (user_id IS NULL OR submitted_at < now() - make_interval(mins => $1::int))
                      AND NOT EXISTS (SELECT FROM soulprint.full_passes f
                                      WHERE f.id = b.pass_id AND f.user_id = b.user_id
                                      AND f.state IN ('queued', 'running'))
                      LIMIT $2))",
                          R"(
         DELETE FROM soulprint.evaluations
         WHERE id IN (SELECT id FROM soulprint.evaluations
                      WHERE started_at < now() - make_interval(mins => $1::int) LIMIT $2))",
                          R"(
         DELETE FROM soulprint.costs
         WHERE hour <= (SELECT max(hour) FROM (
           SELECT hour FROM soulprint.costs
           -- Limits of cost look at the last 25 hours.
           WHERE hour < now() - greatest(make_interval(mins => $1::int), interval '26 hours')
           ORDER BY hour LIMIT $2) AS oldest))"}) {
    OwnQuery(sql).BigInt(settings::keep_history).BigInt(kDeletedAtOnce).Execute();
  }
  OwnQuery(R"(
    DELETE FROM soulprint.replies
    WHERE (user_id, step, question, attempt) IN (
      SELECT user_id, step, question, attempt FROM soulprint.replies r
      WHERE used_at < now() - make_interval(mins => $1::int)
      -- A pass that waits or runs may have needed it.
      AND NOT EXISTS (SELECT FROM soulprint.full_passes f
                      WHERE f.user_id = r.user_id AND f.state IN ('queued', 'running'))
      LIMIT $2))")
      .BigInt(settings::keep_replies)
      .BigInt(kDeletedAtOnce)
      .Execute();
  EraseUsersWithoutProfile();
  transaction.Commit();
}

}  // namespace soulprint
