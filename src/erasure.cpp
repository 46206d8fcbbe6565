// soulprint_forget(), soulprint_forget_fact(), what the trigger on deleted profiles calls, and what
// imports and workers erase.

#include "erasure.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "error.hpp"
#include "identity.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pipeline/facts.hpp"
#include "request.hpp"
#include "settings.hpp"

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
  return pg::Query(
             "SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass($1)"
             " AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid"
             "  AND t.tgname = 'soulprint_erase_deleted_user')"
             " AND (NOT c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid"
             "  AND p.polname = 'soulprint_worker' AND p.polcmd = '*' AND p.polpermissive"
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

// Erases what a deleted profile has left behind.  Everybody may call this: a profile that is hidden
// must not be taken for one that is gone.
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
std::uint64_t EraseConclusions(const std::string& user_id) {
  return OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND conversation_id IS NULL")
             .Uuid(user_id)
             .Execute() +
         OwnQuery("DELETE FROM soulprint.versions WHERE user_id = $1").Uuid(user_id).Execute();
}

// The worker that is at it notices and begins anew.
void RestartRunningPass(const std::string& user_id) {
  InterruptHolder(user_id);
  OwnQuery(
      "UPDATE soulprint.full_passes SET state = 'queued', not_before = now()"
      " WHERE user_id = $1 AND state = 'running'")
      .Uuid(user_id)
      .Execute();
}

void Forget(const std::string& user_id) {
  RequireProfile(user_id);
  Update(user_id,
         "memory_md = NULL, soul_md = NULL, identity_md = NULL, user_md = NULL, agents_md = NULL,"
         " tools_md = NULL, soulprint_text = NULL, import_cost_json = NULL,"
         " full_pass_status = NULL, full_pass_error = NULL, full_pass_started_at = NULL,"
         " full_pass_completed_at = NULL, full_pass_percent = NULL, full_pass_stage = NULL");
  EraseUser(user_id);
}

void ForgetFact(const std::string& user_id, std::int64_t fact_id) {
  RequireProfile(user_id);
  Update(user_id, "full_pass_status = 'pending'");
  const pg::Rows known =
      OwnQuery(
          "DELETE FROM soulprint.facts WHERE user_id = $1 AND id = $2 RETURNING category, fact::text")
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
  RestartRunningPass(user_id);
  if (QueuePass(user_id)) return;
  throw Error(sqlstate::kObjectNotInPrerequisiteState, "user " + user_id + " has nothing to read",
              "MEMORY and the sections cannot be made without the fact.",
              "Use soulprint_forget() to forget everything about the user.");
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

bool EraseConversation(const std::string& user_id, const std::string& conversation_id) {
  const auto erase = [&](const char* where) {
    return OwnQuery(std::string("DELETE FROM soulprint.") + where)
        .Uuid(user_id)
        .Text(conversation_id)
        .Execute();
  };
  std::uint64_t erased = erase("replies WHERE user_id = $1 AND conversation_id = $2");
  erased += erase(
      "facts WHERE user_id = $1"
      " AND sources @> jsonb_build_array(jsonb_build_object('conversation_id', $2))");
  if (erased > 0) EraseConclusions(user_id);
  pg::Query("DELETE FROM " + settings::AppTable("conversation_chunks") +
            " WHERE user_id = $1 AND conversation_id = $2 AND chunk_tier = 'medium'")
      .Uuid(user_id)
      .Text(conversation_id)
      .As(Worker())
      .Execute();
  return erased > 0;
}

void AskAnew(const std::string& user_id) {
  pg::Query("UPDATE " + settings::AppTable("user_profiles") +
            " SET full_pass_status = 'pending' WHERE user_id = $1 AND full_pass_status IS NOT NULL")
      .Uuid(user_id)
      .As(Worker())
      .Execute();
  RestartRunningPass(user_id);
  QueuePass(user_id);
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

}  // namespace soulprint

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_erase_deleted_user);
PG_FUNCTION_INFO_V1(soulprint_forget);
PG_FUNCTION_INFO_V1(soulprint_forget_fact);

// For everybody: the trigger calls it as whoever deletes a profile.
Datum soulprint_erase_deleted_user(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    EraseDeletedUser(UserIdArgument(fcinfo));
    PG_RETURN_VOID();
  });
}

Datum soulprint_forget(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    Forget(UserIdArgument(fcinfo));
    PG_RETURN_VOID();
  });
}

Datum soulprint_forget_fact(PG_FUNCTION_ARGS) {
  using namespace soulprint;
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    ForgetFact(user_id, NumberArgument(fcinfo, 1, "fact_id"));
    PG_RETURN_VOID();
  });
}
}
