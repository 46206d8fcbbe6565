#include "store/erasure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/facts.hpp"
#include "settings.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kSweptAtOnce = 1000;
// Of schema soulprint, with all that is known of a user.
constexpr const char* kTables[] = {"full_passes", "imports",         "replies",
                                   "facts",       "forgotten_facts", "versions"};

// Whether the profiles that soulprint_worker sees are all there are: the table is the one that
// soulprint_setup() has prepared, and row security hides none.  Otherwise a user without a visible
// profile need not be one who was deleted.
bool WorkerSeesAllProfiles() {
  return pg::
      Query("SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass($1)"
            " AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid"
            "  AND t.tgname = 'soulprint_erase_deleted_user')"
            " AND (NOT c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid"
            "  AND p.polname = 'soulprint_worker' AND p.polcmd = '*' AND p.polpermissive"
            "  AND p.polroles && ARRAY[0::oid, $2::regrole::oid]"
            "  AND pg_get_expr(p.polqual, p.polrelid) = 'true'))"
            " AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid"
            "  AND NOT p.polpermissive AND p.polroles && ARRAY[0::oid, $2::regrole::oid]))")
          .Text(settings::AppTable("user_profiles"))
          .Text(kWorkerRole)
          .Run()
          .at(0)
          .Bool(0);
}

// A table that is being filled anew has none at first.
bool AnyProfile() {
  return pg::Query("SELECT FROM " + settings::AppTable("user_profiles") + " LIMIT 1")
             .As(Worker())
             .Execute() > 0;
}

// The users of schema soulprint who come after one, in order, a bounded number: each is found by a
// look into the index of each table.
pg::Rows UsersFrom(const char* start) {
  std::string next;
  for (const char* table : kTables) {
    next += (next.empty() ? "" : ", ") + std::string("(SELECT user_id FROM soulprint.") + table +
            " WHERE user_id > u.id ORDER BY 1 LIMIT 1)";
  }
  return OwnQuery(std::string("WITH RECURSIVE u (id) AS (SELECT ") + start +
                  "::uuid UNION ALL SELECT least(" + next +
                  ") FROM u WHERE u.id IS NOT NULL)"
                  " SELECT id FROM u WHERE id IS NOT NULL OFFSET 1 LIMIT $1")
      .BigInt(kSweptAtOnce)
      .Run();
}

void Update(const std::string& user_id, const std::string& set) {
  const std::uint64_t changed = pg::Query("UPDATE " + settings::AppTable("user_profiles") +
                                          " SET " + set + " WHERE user_id = $1")
                                    .Uuid(user_id)
                                    .Execute();
  if (changed > 0) return;
  throw Error(sqlstate::kInsufficientPrivilege,
              "permission denied to change the profile of user " + user_id,
              "The row security of user_profiles lets the current role see it only.");
}

// What the chunks of all conversations together led to.
void EraseConclusions(const std::string& user_id) {
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND conversation_id IS NULL")
      .Uuid(user_id)
      .Execute();
  OwnQuery("DELETE FROM soulprint.versions WHERE user_id = $1").Uuid(user_id).Execute();
}

constexpr const char* kEmptyProfile =
    "memory_md = NULL, soul_md = NULL, identity_md = NULL, user_md = NULL, agents_md = NULL,"
    " tools_md = NULL, soulprint_text = NULL, import_cost_json = NULL,"
    " full_pass_status = NULL, full_pass_error = NULL, full_pass_started_at = NULL,"
    " full_pass_completed_at = NULL, full_pass_percent = NULL, full_pass_stage = NULL";

// Of the conversations that answers and facts name, those that are no longer stored.
std::vector<std::string> GoneConversations(const std::string& user_id) {
  std::vector<std::string> ids;
  for (const pg::Row& row :
       OwnQuery(
           "SELECT conversation_id FROM soulprint.replies"
           " WHERE user_id = $1 AND conversation_id IS NOT NULL UNION"
           " SELECT s ->> 'conversation_id' FROM soulprint.facts f, jsonb_array_elements(f.sources)"
           " AS s WHERE f.user_id = $1")
           .Uuid(user_id)
           .Run()) {
    ids.push_back(row.Text(0));
  }
  std::vector<std::string> gone;
  for (const pg::Row& row :
       pg::Query("SELECT i FROM unnest($2) AS i WHERE NOT EXISTS (SELECT FROM " +
                 settings::AppTable("raw_conversations") +
                 " c WHERE c.user_id = $1 AND c.conversation_id = i)")
           .Uuid(user_id)
           .TextArray(std::move(ids))
           .As(Worker())
           .Run()) {
    gone.push_back(row.Text(0));
  }
  return gone;
}

std::uint64_t EraseReplies(const std::string& user_id, const std::vector<std::string>& gone) {
  return OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND conversation_id = ANY ($2)")
      .Uuid(user_id)
      .TextArray(gone)
      .Execute();
}

// A pass that runs begins anew: its worker notices, and saves nothing more.  To be called before
// anything is erased.  False if there is none.
bool RestartRunningPass(const std::string& user_id) {
  InterruptHolder(user_id);
  return OwnQuery(
             "UPDATE soulprint.full_passes SET state = 'queued', not_before = now(),"
             " attempts = greatest(attempts - 1, 0) WHERE user_id = $1 AND state = 'running'")
             .Uuid(user_id)
             .Execute() > 0;
}

// Asks for a pass of a profile that is pending.  False if there is nothing to read.
bool AskAnew(const std::string& user_id) {
  const std::optional<std::int64_t> pass = QueuePass(user_id);
  if (!pass) return false;
  OwnQuery("UPDATE soulprint.full_passes SET unlearned = true WHERE id = $1")
      .BigInt(*pass)
      .Execute();
  return true;
}

}  // namespace

void EraseUser(const std::string& user_id) {
  InterruptHolder(user_id);
  for (const char* table : kTables) {
    OwnQuery(std::string("DELETE FROM soulprint.") + table + " WHERE user_id = $1")
        .Uuid(user_id)
        .Execute();
  }
}

bool EraseLearnedFromGone(const std::string& user_id) {
  pg::Query("DELETE FROM " + settings::AppTable("conversation_chunks") +
            " k WHERE user_id = $1 AND chunk_tier = 'medium' AND NOT EXISTS (SELECT FROM " +
            settings::AppTable("raw_conversations") +
            " c WHERE c.user_id = k.user_id AND c.conversation_id = k.conversation_id)")
      .Uuid(user_id)
      .As(Worker())
      .Execute();
  const std::vector<std::string> gone = GoneConversations(user_id);
  if (gone.empty()) return false;
  EraseReplies(user_id, gone);
  OwnQuery(
      "DELETE FROM soulprint.facts WHERE user_id = $1 AND EXISTS (SELECT FROM"
      " jsonb_array_elements(sources) AS s WHERE s ->> 'conversation_id' = ANY ($2))")
      .Uuid(user_id)
      .TextArray(gone)
      .Execute();
  EraseConclusions(user_id);
  return true;
}

void Unlearn(const std::string& user_id) {
  const std::string profiles = settings::AppTable("user_profiles");
  // As everybody who ends a pass: the profile first.
  pg::Query("SELECT FROM " + profiles + " WHERE user_id = $1 FOR NO KEY UPDATE")
      .Uuid(user_id)
      .As(Worker())
      .Execute();
  const bool restarted = RestartRunningPass(user_id);
  if (!EraseLearnedFromGone(user_id) && !restarted) return;
  const auto update = [&](const char* set) {
    pg::Query("UPDATE " + profiles + " SET " + set + " WHERE user_id = $1")
        .Uuid(user_id)
        .As(Worker())
        .Execute();
  };
  update("full_pass_status = 'pending'");
  if (AskAnew(user_id)) return;
  EraseUser(user_id);
  update(kEmptyProfile);
}

void EraseRepliesOfGone(const std::string& user_id) {
  if (EraseReplies(user_id, GoneConversations(user_id)) == 0) return;
  OwnQuery(
      "DELETE FROM soulprint.replies r USING soulprint.full_passes f WHERE r.user_id = $1"
      " AND r.conversation_id IS NULL AND f.user_id = $1 AND f.state = 'running'"
      " AND r.created_at < f.started_at")
      .Uuid(user_id)
      .Execute();
}

void EraseUsersWithoutProfile() {
  if (!WorkerSeesAllProfiles() || !AnyProfile()) return;
  pg::Rows users = UsersFrom("gen_random_uuid()");
  if (users.size() < kSweptAtOnce) users = UsersFrom("'00000000-0000-0000-0000-000000000000'");
  std::vector<std::string> ids;
  for (const pg::Row& row : users) ids.push_back(row.Text(0));
  for (const pg::Row& row :
       pg::Query("SELECT u FROM unnest($1::uuid[]) AS u WHERE NOT EXISTS (SELECT FROM " +
                 settings::AppTable("user_profiles") + " p WHERE p.user_id = u)")
           .TextArray(std::move(ids))
           .As(Worker())
           .Run()) {
    EraseUser(row.Text(0));
  }
}

void EraseDeletedUser(const std::string& user_id) {
  const std::string profiles = settings::AppTable("user_profiles");
  const auto profile_is_there = [&] {
    return pg::Query("SELECT FROM " + profiles + " WHERE user_id = $1")
               .Uuid(user_id)
               .As(Worker())
               .Execute() > 0;
  };
  if (!WorkerSeesAllProfiles()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "soulprint_worker may not see all rows of " + profiles, {},
                "Run SELECT * FROM soulprint_setup(); as a superuser.");
  }
  if (!profile_is_there()) EraseUser(user_id);
}

void Forget(const std::string& user_id) {
  RequireProfile(user_id);
  Update(user_id, kEmptyProfile);
  EraseUser(user_id);
}

void ForgetFact(const std::string& user_id, std::int64_t fact_id) {
  RequireProfile(user_id);
  Update(user_id, "full_pass_status = 'pending'");
  RestartRunningPass(user_id);
  const pg::Rows known = OwnQuery(
                             "DELETE FROM soulprint.facts WHERE user_id = $1 AND id = $2 RETURNING "
                             "category, fact::text")
                             .Uuid(user_id)
                             .BigInt(fact_id)
                             .Run();
  if (known.empty()) {
    throw Error("P0002",
                "fact " + std::to_string(fact_id) + " of user " + user_id + " does not exist", {},
                "SELECT * FROM soulprint_facts(user_id) shows the facts; each pass numbers them "
                "anew.");
  }
  const std::string key = StoredFactKey(known.front().Text(0), known.front().Text(1));
  OwnQuery(
      "INSERT INTO soulprint.forgotten_facts (user_id, fact)"
      " VALUES ($1, sha256(convert_to($2, 'UTF8'))) ON CONFLICT DO NOTHING")
      .Uuid(user_id)
      .Text(key)
      .Execute();
  EraseConclusions(user_id);
  if (AskAnew(user_id)) return;
  throw Error(sqlstate::kObjectNotInPrerequisiteState, "user " + user_id + " has nothing to read",
              "MEMORY and the sections cannot be made without the fact.",
              "Use soulprint_forget() to forget everything about the user.");
}

}  // namespace soulprint
