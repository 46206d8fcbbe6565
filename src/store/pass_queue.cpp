#include "store/pass_queue.hpp"

#include <string>

#include "activity.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "store/blocker.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr int kLookedUpAtOnce = 10000;
constexpr int kDeletedAtOnce = 10000;
constexpr int kPostponedSeconds = 5 * 60;
constexpr int kLockedSeconds = 10;

struct Candidate {
  TakenPass pass;
  bool orphan = false;  // running, so its worker is dead if the lock is free
};

LOCKTAG PassLock(std::int64_t id) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(id >> 32), static_cast<uint32>(id),
                       kPassLockClass);
  return tag;
}

bool TryLock(std::int64_t id) {
  LOCKTAG const tag = PassLock(id);
  return pg::Call(
      [&] { return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL; });
}

std::vector<Candidate> Candidates(std::int64_t only) {
  pg::Transaction transaction;
  std::vector<Candidate> candidates;
  for (const pg::Row& row :
       OwnQuery(
           "SELECT id, user_id, state = 'running' FROM soulprint.full_passes"
           " WHERE state IN ('queued', 'running') AND (id = $1 OR $1 = 0 AND not_before <= now())"
           " ORDER BY not_before, id LIMIT 1000")
           .BigInt(only)
           .Run()) {
    candidates.push_back({{row.BigInt(0), row.Text(1)}, row.Bool(2)});
  }
  transaction.Commit();
  return candidates;
}

// Compare and set: the profile first, then the pass.  False if somebody else was faster, or if the
// profile no longer asks for a pass.
bool MarkRunning(const std::string& profiles, Candidate* candidate) {
  pg::Transaction transaction;
  // Others wait for this worker.
  pg::Query("SELECT set_config('lock_timeout', '1s', true)").Run();
  const pg::Rows requested =
      pg::Query("UPDATE " + profiles +
                " SET full_pass_status = 'processing', full_pass_started_at = now(),"
                " full_pass_error = NULL WHERE user_id = $1"
                " AND (full_pass_status = 'pending' OR $2 AND full_pass_status = 'processing')"
                " RETURNING full_pass_status")
          .Uuid(candidate->pass.user_id)
          .Bool(candidate->orphan)
          .Run();
  if (requested.empty()) {
    OwnQuery(
        "UPDATE soulprint.full_passes SET state = 'canceled', ended_at = now(),"
        " error = 'the profile is no longer pending'"
        " WHERE id = $1 AND state = CASE WHEN $2 THEN 'running' ELSE 'queued' END")
        .BigInt(candidate->pass.id)
        .Bool(candidate->orphan)
        .Execute();
    transaction.Commit();
    return false;
  }
  RequireStatus("processing", requested);
  pg::Rows rows =
      OwnQuery(
          "UPDATE soulprint.full_passes SET state = 'running', pid = pg_backend_pid(),"
          " taken_at = now(), started_at = coalesce(started_at, now()),"
          // What it was put off for is said once.
          " error = CASE WHEN $2 THEN error END,"
          // An attempt that was cut short after it made progress is not charged.
          " attempts = attempts + (state = 'queued' OR calls_made = calls_at_take)::int,"
          " calls_at_take = calls_made, stage = 'chunks', stage_started_at = now()"
          " WHERE id = $1 AND state = CASE WHEN $2 THEN 'running' ELSE 'queued' END"
          " RETURNING attempts, error IS NOT NULL")
          .BigInt(candidate->pass.id)
          .Bool(candidate->orphan)
          .Run();
  if (rows.empty()) return false;
  candidate->pass.attempts = static_cast<int>(rows.front().BigInt(0));
  candidate->pass.put_off = rows.front().Bool(1);
  // It shows how many workers are busy.
  wake::AtCommit();
  transaction.Commit();
  return true;
}

// The pass stays as it is, for that long; an attempt that is not charged is taken back.  False if
// it is put off for this reason already.
bool PutOff(const TakenPass& pass, const std::string& reason, int seconds, bool uncharged) {
  pg::Transaction transaction;
  const pg::Rows rows =
      OwnQuery(
          "UPDATE soulprint.full_passes f SET error = $2,"
          " not_before = now() + make_interval(secs => $3),"
          " attempts = greatest(f.attempts - $4, 0),"
          // So that the next attempt counts.
          " calls_at_take = CASE $4 WHEN 1 THEN f.calls_made ELSE f.calls_at_take END"
          " FROM (SELECT id, error FROM soulprint.full_passes WHERE id = $1) AS before"
          " WHERE f.id = before.id AND f.state IN ('queued', 'running')"
          " RETURNING before.error IS DISTINCT FROM $2")
          .BigInt(pass.id)
          .Text(CleanUtf8(reason))
          .Double(seconds)
          .BigInt(uncharged && pass.attempts > 0 ? 1 : 0)
          .Run();
  transaction.Commit();
  return !rows.empty() && rows.front().Bool(0);
}

// Queues a pass for each of the users that has none.  `users`: a uuid[] as text, "" = none.
void QueueAll(const std::string& users) {
  if (users.empty()) return;
  const std::uint64_t queued =
      OwnQuery(
          "INSERT INTO soulprint.full_passes (user_id) SELECT u FROM unnest($1::uuid[]) AS u"
          " WHERE NOT EXISTS (SELECT FROM soulprint.full_passes f WHERE f.user_id = u"
          " AND f.state IN ('queued', 'running'))"
          " ON CONFLICT (user_id) WHERE state IN ('queued', 'running') DO NOTHING")
          .Text(users)
          .Execute();
  if (queued > 0) wake::AtCommit();
}

}  // namespace

bool IsInstalled() {
  return pg::Query(
             "SELECT EXISTS (SELECT FROM pg_extension e JOIN pg_depend d"
             " ON d.refobjid = e.oid AND d.refclassid = 'pg_extension'::regclass"
             " WHERE e.extname = 'soulprint' AND d.deptype = 'e'"
             " AND d.objid = to_regclass('soulprint.full_passes'))")
      .Run()
      .at(0)
      .Bool(0);
}

std::optional<TakenPass> TakePass(std::int64_t only) {
  std::string profiles;
  for (Candidate& candidate : Candidates(only)) {
    if (!TryLock(candidate.pass.id)) continue;
    if (profiles.empty()) profiles = settings::AppTable("user_profiles");
    ShowActivity("taking " + NameOf(candidate.pass));
    try {
      if (MarkRunning(profiles, &candidate)) return candidate.pass;
    } catch (const Error& error) {
      if (CancelRequested()) throw;
      PostponePass(candidate.pass, error);
    }
    ReleasePass(candidate.pass);
  }
  return std::nullopt;
}

bool PutOffForLock(const TakenPass& pass, const Error& error) {
  if (error.sqlstate() != sqlstate::kLockNotAvailable) return false;
  const std::string blocker = DescribeBlocker(pass.user_id);
  if (blocker.empty()) return false;
  const std::string reason = "waits for a lock that " + blocker + " holds";
  if (PutOff(pass, reason, kLockedSeconds, true)) {
    pg::Log(LOG, NameOf(pass) + " " + reason, {},
            "pg_stat_activity or pg_prepared_xacts shows what that is.");
  }
  return true;
}

void PostponePass(const TakenPass& pass, const Error& error) {
  if (PutOffForLock(pass, error)) return;
  // Whoever held the lock may just have let it go, once.
  if (error.sqlstate() == sqlstate::kLockNotAvailable &&
      PutOff(pass, error.what(), kLockedSeconds, false)) {
    return;
  }
  PutOff(pass, error.what(), kPostponedSeconds, false);
  pg::Log(WARNING, "the state of " + NameOf(pass) + " cannot be recorded: " + error.what(), {},
          error.hint().empty() ? "It is tried again after 5 minutes." : error.hint());
}

void ReleasePass(const TakenPass& pass) {
  LOCKTAG const tag = PassLock(pass.id);
  pg::Call([&] { LockRelease(&tag, ExclusiveLock, true); });
}

wake::UserId LookUpPendingProfiles(const wake::UserId& position) {
  std::string after;
  for (const unsigned char byte : position) {
    constexpr char kHex[] = "0123456789abcdef";
    after += {kHex[byte >> 4], kHex[byte & 15]};
  }
  pg::Transaction transaction;
  const std::string profiles = settings::AppTable("user_profiles");
  const std::string conversations = settings::AppTable("raw_conversations");
  if (!pg::Query("SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL")
           .Text(profiles)
           .Text(conversations)
           .Run()
           .at(0)
           .Bool(0)) {
    return {};  // before soulprint_setup()
  }
  const pg::Rows uploaded =
      pg::Query("SELECT array_agg(user_id)::text FROM (SELECT user_id FROM " + profiles +
                " WHERE full_pass_status = 'pending' AND storage_path IS NOT NULL LIMIT $1) AS p")
          .BigInt(kLookedUpAtOnce)
          .Run();
  QueueAll(uploaded.at(0).Text(0));
  const pg::Rows last =
      pg::Query("WITH next AS MATERIALIZED (SELECT user_id FROM " + profiles +
                " WHERE full_pass_status = 'pending' AND user_id > $1 ORDER BY user_id LIMIT $2),"
                // On its own, because most have nothing: much cheaper than to ask for the age.
                " filled AS MATERIALIZED (SELECT user_id FROM next WHERE EXISTS (SELECT FROM " +
                conversations +
                " c WHERE c.user_id = next.user_id)),"
                " readable AS MATERIALIZED (SELECT user_id FROM filled p WHERE"
                " coalesce((SELECT max(imported_at) FROM " +
                conversations +
                " c WHERE c.user_id = p.user_id) < now() - interval '10 s', true))"
                " SELECT count(*), (SELECT array_agg(user_id)::text FROM readable),"
                " (SELECT replace(user_id::text, '-', '') FROM"
                " (SELECT user_id FROM next ORDER BY user_id DESC LIMIT 1) AS last)"
                " FROM next")
          .Uuid(after)
          .BigInt(kLookedUpAtOnce)
          .Run();
  QueueAll(last.at(0).Text(1));
  transaction.Commit();
  wake::UserId next{};
  const std::string& hex = last.at(0).Text(2);
  if (last.at(0).BigInt(0) < kLookedUpAtOnce) return next;
  for (std::size_t i = 0; i < next.size(); ++i) {
    next[i] = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return next;
}

void DeleteExpired() {
  pg::Transaction transaction;
  OwnQuery(
      "DELETE FROM soulprint.full_passes WHERE id IN (SELECT id FROM soulprint.full_passes"
      " WHERE ended_at < now() - make_interval(mins => $1::int) LIMIT $2)")
      .BigInt(settings::keep_history)
      .BigInt(kDeletedAtOnce)
      .Execute();
  OwnQuery(
      "DELETE FROM soulprint.imports WHERE id IN (SELECT id FROM soulprint.imports"
      " WHERE imported_at < now() - make_interval(mins => $1::int) LIMIT $2)")
      .BigInt(settings::keep_history)
      .BigInt(kDeletedAtOnce)
      .Execute();
  OwnQuery(
      "DELETE FROM soulprint.replies WHERE ctid = ANY (ARRAY(SELECT ctid FROM"
      " soulprint.replies WHERE created_at < now() - make_interval(mins => $1::int) LIMIT $2))")
      .BigInt(settings::keep_replies)
      .BigInt(kDeletedAtOnce)
      .Execute();
  EraseUsersWithoutProfile();
  transaction.Commit();
}

}  // namespace soulprint
