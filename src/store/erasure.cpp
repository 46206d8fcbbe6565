#include "store/erasure.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/constraints.hpp"
#include "store/identity.hpp"
#include "store/lease.hpp"
#include "store/purse.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kSweptAtOnce = 1000;
constexpr std::size_t kFoundAtOnce = 200;  // by one statement, which takes some milliseconds
constexpr const char* kFirstUser = "00000000-0000-0000-0000-000000000000";

// True if soulprint_worker sees all profiles: soulprint_setup() has prepared the table, and row
// security hides no row.  Otherwise a user without a visible profile may still have one.
bool WorkerSeesAllProfiles() {
  return pg::Query(R"(
           SELECT EXISTS (
             SELECT FROM pg_class c
             WHERE c.oid = to_regclass($1)
             AND EXISTS (SELECT FROM pg_policy p
                         WHERE p.polrelid = c.oid AND p.polname = 'soulprint_worker'
                         AND p.polcmd = '*' AND p.polpermissive
                         AND p.polroles && ARRAY[0::oid, $2::regrole::oid]
                         AND pg_get_expr(p.polqual, p.polrelid) = 'true')
             AND NOT EXISTS (SELECT FROM pg_policy p
                             WHERE p.polrelid = c.oid AND NOT p.polpermissive
                             AND p.polroles && ARRAY[0::oid, $2::regrole::oid])))")
      .Text(AppSql("{profiles}"))
      .Text(kWorkerRole)
      .Run()
      .at(0)
      .Bool(0);
}

// A table that is being restored is empty at first.
bool AnyProfile() { return AppQuery("SELECT FROM {profiles} LIMIT 1").As(Worker()).Execute() > 0; }

// At most kFoundAtOnce users of schema soulprint after this one, in order.  Each is found by one
// index lookup in each table.
pg::Rows UsersAfter(const std::string& user_id) {
  return OwnQuery(R"(
    WITH RECURSIVE u (id) AS (
      SELECT $1::uuid
      UNION ALL
      SELECT least(
        (SELECT user_id FROM soulprint.full_passes WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.imports WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.memories WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.replies WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.facts WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.forgotten_facts WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.own_facts WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.versions WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.evaluations WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.batches WHERE user_id > u.id ORDER BY 1 LIMIT 1),
        (SELECT user_id FROM soulprint.costs WHERE user_id > u.id ORDER BY 1 LIMIT 1))
      FROM u WHERE u.id IS NOT NULL)
    SELECT id FROM u WHERE id IS NOT NULL OFFSET 1 LIMIT $2)")
      .Uuid(user_id)
      .BigInt(kFoundAtOnce)
      .Run();
}

std::string RandomUuid() { return pg::Query("SELECT gen_random_uuid()").Run().at(0).Text(0); }

constexpr const char* kEmptyProfile = R"(
  UPDATE {profiles}
  SET memory_md = NULL, soul_md = NULL, identity_md = NULL, user_md = NULL, agents_md = NULL,
      tools_md = NULL, soulprint_text = NULL, import_cost_json = NULL, full_pass_status = NULL,
      full_pass_error = NULL, full_pass_started_at = NULL, full_pass_completed_at = NULL,
      full_pass_percent = NULL, full_pass_stage = NULL
  WHERE user_id = $1)";

// Those that were not found.  Citus takes no NOT EXISTS over a list of parameters.
std::vector<std::string> Missing(const std::vector<std::string>& ids, const pg::Rows& found) {
  std::set<std::string> missing(ids.begin(), ids.end());
  for (const pg::Row& row : found) missing.erase(row.Text(0));
  return {missing.begin(), missing.end()};
}

// The conversations that replies or facts name and that are no longer stored.
std::vector<std::string> GoneConversations(const std::string& user_id) {
  std::vector<std::string> ids;
  for (const pg::Row& row : OwnQuery(R"(
         SELECT unnest(conversation_ids) FROM soulprint.replies WHERE user_id = $1
         UNION
         SELECT s ->> 'conversation_id'
         FROM soulprint.facts f, jsonb_array_elements(f.sources) AS s
         WHERE f.user_id = $1 AND s ? 'conversation_id')")
                                .Uuid(user_id)
                                .Run()) {
    ids.push_back(row.Text(0));
  }
  return Missing(ids,
                 AppQuery(app::kFindConversations).Uuid(user_id).TextArray(ids).As(Worker()).Run());
}

std::uint64_t EraseReplies(const std::string& user_id, const std::vector<std::string>& gone) {
  return OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND conversation_ids && $2")
      .Uuid(user_id)
      .TextArray(gone)
      .Execute();
}

}  // namespace

void RequireChange(const char* sql, const std::string& user_id) {
  if (AppQuery(sql).Uuid(user_id).Execute() == 0) ThrowMayOnlySee(user_id);
}

void EraseConclusions(const std::string& user_id) {
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND conversation_ids IS NULL")
      .Uuid(user_id)
      .Execute();
  OwnQuery("DELETE FROM soulprint.versions WHERE user_id = $1").Uuid(user_id).Execute();
}

bool RestartRunningPass(const std::string& user_id) {
  OwnQuery("DELETE FROM soulprint.evaluations WHERE user_id = $1 AND ended_at IS NULL")
      .Uuid(user_id)
      .Execute();
  InterruptHolder(user_id);
  return OwnQuery(Format(R"(
           UPDATE soulprint.full_passes
           SET state = 'queued', not_before = now(), attempts = greatest(attempts - 1, 0), {}
           WHERE user_id = $1 AND state = 'running')",
                         kEndStage))
             .Uuid(user_id)
             .Execute() > 0;
}

void EnqueueAgain(const std::string& user_id) {
  OwnQuery("UPDATE soulprint.full_passes SET unlearned = true WHERE id = $1 AND user_id = $2")
      .BigInt(Enqueue(user_id))
      .Uuid(user_id)
      .Execute();
}

void EraseUser(const std::string& user_id) {
  InterruptHolder(user_id);
  ChargeOrphans(user_id);
  for (const char* sql : {"DELETE FROM soulprint.full_passes WHERE user_id = $1",
                          "DELETE FROM soulprint.evaluations WHERE user_id = $1",
                          // The model server still has to be told of those that are out.
                          "UPDATE soulprint.batches SET user_id = NULL, questions = '{}' "
                          "WHERE user_id = $1",
                          "DELETE FROM soulprint.imports WHERE user_id = $1",
                          "DELETE FROM soulprint.memories WHERE user_id = $1",
                          "DELETE FROM soulprint.replies WHERE user_id = $1",
                          "DELETE FROM soulprint.facts WHERE user_id = $1",
                          "DELETE FROM soulprint.forgotten_facts WHERE user_id = $1",
                          "DELETE FROM soulprint.own_facts WHERE user_id = $1",
                          "DELETE FROM soulprint.versions WHERE user_id = $1",
                          "UPDATE soulprint.costs SET user_id = NULL WHERE user_id = $1"}) {
    OwnQuery(sql).Uuid(user_id).Execute();
  }
}

bool EraseLearnedFromGone(const std::string& user_id) {
  CheckConstraintsAtOnce("{chunks}");
  AppQuery(R"(
    DELETE FROM {chunks} k
    WHERE user_id = $1 AND chunk_tier = 'medium'
    AND NOT EXISTS (SELECT FROM {conversations} c
                    WHERE c.user_id = k.user_id AND c.conversation_id = k.conversation_id))")
      .Uuid(user_id)
      .As(Worker())
      .Execute();
  const std::vector<std::string> gone = GoneConversations(user_id);
  if (gone.empty()) return false;
  EraseReplies(user_id, gone);
  OwnQuery(R"(
    DELETE FROM soulprint.facts
    WHERE user_id = $1
    AND EXISTS (SELECT FROM jsonb_array_elements(sources) AS s
                WHERE s ->> 'conversation_id' = ANY ($2)))")
      .Uuid(user_id)
      .TextArray(gone)
      .Execute();
  EraseConclusions(user_id);
  return true;
}

void Unlearn(const std::string& user_id) {
  // Lock the profile first, like everything that ends a pass.
  AppQuery("SELECT FROM {profiles} WHERE user_id = $1 FOR NO KEY UPDATE")
      .Uuid(user_id)
      .As(Worker())
      .Execute();
  const bool restarted = RestartRunningPass(user_id);
  if (!EraseLearnedFromGone(user_id) && !restarted) return;
  CheckConstraintsAtOnce("{profiles}");
  if (HasSources(user_id)) {
    AppQuery(kRequestPass).Uuid(user_id).As(Worker()).Execute();
    EnqueueAgain(user_id);
  } else {
    EraseUser(user_id);
    AppQuery(kEmptyProfile).Uuid(user_id).As(Worker()).Execute();
  }
}

void EraseRepliesOfGone(const std::string& user_id) {
  if (EraseReplies(user_id, GoneConversations(user_id)) == 0) return;
  OwnQuery(R"(
    DELETE FROM soulprint.replies r USING soulprint.full_passes f
    WHERE r.user_id = $1 AND r.conversation_ids IS NULL AND f.user_id = $1
    AND f.state = 'running' AND r.created_at < f.started_at)")
      .Uuid(user_id)
      .Execute();
}

void EraseUsersWithoutProfile() {
  if (!WorkerSeesAllProfiles() || !AnyProfile()) return;
  std::vector<std::string> ids;
  for (std::string from : {RandomUuid(), std::string(kFirstUser)}) {
    for (bool more = true; more && ids.size() < kSweptAtOnce;) {
      const pg::Rows users = UsersAfter(from);
      for (const pg::Row& row : users) ids.push_back(row.Text(0));
      more = users.size() == kFoundAtOnce;
      if (more) from = ids.back();
    }
  }
  const pg::Rows found = AppQuery("SELECT user_id FROM {profiles} WHERE user_id = ANY ($1::uuid[])")
                             .TextArray(ids)
                             .As(Worker())
                             .Run();
  for (const std::string& user_id : Missing(ids, found)) EraseUser(user_id);
}

void EraseDeletedUser(const std::string& user_id) {
  if (!WorkerSeesAllProfiles()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                Format("soulprint_worker may not see all rows of {}", AppSql("{profiles}")))
        .Hint("Run SELECT * FROM soulprint_setup(); as a superuser.");
  }
  const std::uint64_t profiles =
      AppQuery("SELECT FROM {profiles} WHERE user_id = $1").Uuid(user_id).As(Worker()).Execute();
  if (profiles == 0) EraseUser(user_id);
}

void Forget(const std::string& user_id) {
  RequireProfile(user_id);
  RequireChange(kEmptyProfile, user_id);
  EraseUser(user_id);
}

}  // namespace soulprint
