// How a pass ends in the database: SqlStore's transactions that a reader of the profile can see
// (CONTRACT 9).  Each locks the profile's row first, then the pass's.

#include <nlohmann/json.hpp>

#include "activity.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/sections_to_soulprint.hpp"
#include "settings.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "store/sql_store.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kErrorCharacters = 500;  // of full_pass_error

std::string SourcesToJson(const std::vector<Source>& sources) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Source& source : sources) {
    json.push_back({{"conversation_id", source.conversation_id},
                    {"chunk_index", source.chunk_index},
                    {"at", source.at ? nlohmann::ordered_json(FormatTime(source.at)) : nullptr}});
  }
  return json.dump();
}

}  // namespace

void RequireStatus(const std::string& set, const pg::Rows& left) {
  if (!left.empty() && left.front().Text(0) == set) return;
  throw Error(sqlstate::kTriggeredDataChange,
              left.empty() ? "the update of the profile did not reach its row"
                           : "full_pass_status stays \"" + left.front().Text(0) +
                                 "\" when it is set to \"" + set + "\"",
              {}, "Look for a trigger or a rule on user_profiles that takes the change back.");
}

SqlStore::LockedProfile SqlStore::LockProfile() {
  const pg::Rows rows =
      pg::Query(std::string("SELECT full_pass_status = 'pending', ") + kPublishedColumns +
                " FROM " + profiles_ + " WHERE user_id = $1 FOR UPDATE")
          .Uuid(pass_.user_id)
          .Run();
  if (rows.empty()) {
    throw Error(sqlstate::kNoData, "user " + pass_.user_id + " was deleted");
  }
  return {rows.front().Bool(0), ProfileFrom(rows.front(), 1)};
}

// ", column = value" if the application's table has that column.
std::string SqlStore::SetOptional(const char* column, const char* value) const {
  if (!profile_columns_.contains(column)) return {};
  return std::string(", ") + column + " = " + value;
}

void SqlStore::PublishMemory(const std::string& memory_md) {
  pg::Transaction transaction;
  const LockedProfile profile = LockProfile();
  Guard();
  if (profile.published.memory_md != memory_md) {
    KeepPresentVersion(profile);
    pg::Query("UPDATE " + profiles_ + " SET memory_md = $2" + SetOptional("updated_at", "now()") +
              " WHERE user_id = $1")
        .Uuid(pass_.user_id)
        .Text(memory_md)
        .Execute();
  }
  transaction.Commit();
  memory_published_ = true;
}

void SqlStore::Publish(const Profile& profile) {
  pg::Transaction transaction;
  const LockedProfile stored = LockProfile();
  Guard();
  KeepPresentVersion(stored);
  StoredSections sections = stored.published.sections;
  std::string text = profile.soulprint_text;
  if (profile.sections) {
    for (std::size_t i = 0; i < sections.size(); ++i) sections[i] = (*profile.sections)[i];
  } else {
    text = SectionsToSoulprint(sections, profile.memory_md);
  }
  // Asked for during the pass, another one follows, unless it would find nothing new: what sets the
  // status to pending again and again must not make passes without end.
  const bool again =
      stored.pending && (text != stored.published.soulprint_text || !CurrentPass(pass_.user_id));
  const std::string status = again ? "pending" : "complete";
  RequireStatus(
      status,
      pg::Query("UPDATE " + profiles_ +
                " SET memory_md = $2, soul_md = $3, identity_md = $4, user_md = $5,"
                " agents_md = $6, tools_md = $7, soulprint_text = $8,"
                " full_pass_status = $10, full_pass_completed_at = now(),"
                " full_pass_error = NULL" +
                SetOptional("full_pass_percent", "100") +
                SetOptional("full_pass_stage", "'complete'") +
                SetOptional("import_cost_json", "$9::text") + SetOptional("updated_at", "now()") +
                " WHERE user_id = $1 RETURNING full_pass_status")
          .Uuid(pass_.user_id)
          .Text(profile.memory_md)
          .Text(sections[0])
          .Text(sections[1])
          .Text(sections[2])
          .Text(sections[3])
          .Text(sections[4])
          .Text(text)
          .Text(Cost())
          .Text(status)
          .Run());
  ReplaceFacts(profile.facts);
  EraseRepliesOfGone(pass_.user_id);
  if (!profile.sections) DeleteRefusedReplies();
  EndPass("done", "", again);
  transaction.Commit();
}

void SqlStore::Fail(const std::string& reason) {
  const std::string error(FirstCharacters(CleanUtf8(reason), kErrorCharacters));
  if (memory_published_) {
    try {
      RecordFailure(error, true);
      return;
    } catch (const Error& refused) {
      if (refused.IsOwn(sqlstate::kNoData)) throw;
      // The application's table does not take the text: the failure is recorded without it.
    }
  }
  RecordFailure(error, false);
}

void SqlStore::RecordFailure(const std::string& error, bool with_memory) {
  pg::Transaction transaction;
  const LockedProfile profile = LockProfile();
  Guard();
  // Asked for during the pass with nothing new to read, it is this pass.
  const bool again = profile.pending && !CurrentPass(pass_.user_id);
  bool has_section = false;
  for (const auto& section : profile.published.sections)
    has_section = has_section || section.has_value();
  std::optional<std::string> text;
  if (with_memory && has_section) {
    text =
        SectionsToSoulprint(profile.published.sections, profile.published.memory_md.value_or(""));
  }
  const std::string status = again ? "pending" : "failed";
  RequireStatus(status, pg::Query("UPDATE " + profiles_ +
                                  " SET soulprint_text = coalesce($2, soulprint_text),"
                                  " full_pass_error = $3, full_pass_status = $4" +
                                  SetOptional("full_pass_stage", "'failed'") +
                                  SetOptional("updated_at", "now()") +
                                  " WHERE user_id = $1 RETURNING full_pass_status")
                            .Uuid(pass_.user_id)
                            .Text(text)
                            .Text(error)
                            .Text(status)
                            .Run());
  DeleteRefusedReplies();
  EndPass("failed", error, again);
  transaction.Commit();
}

void SqlStore::Requeue(const std::string& reason, const std::string& shown, bool charged,
                       std::chrono::milliseconds wait) {
  const auto clip = [](const std::string& text) {
    return std::string(FirstCharacters(CleanUtf8(text), kErrorCharacters));
  };
  pg::Transaction transaction;
  LockProfile();
  Guard();
  OwnQuery(
      "UPDATE soulprint.full_passes SET state = 'queued', error = $2,"
      " attempts = attempts - $3, not_before = now() + make_interval(secs => $4)"
      " WHERE id = $1")
      .BigInt(pass_.id)
      .Text(clip(reason))
      .BigInt(charged ? 0 : 1)
      .Double(std::chrono::duration<double>(wait).count())
      .Execute();
  RequireStatus("pending", pg::Query("UPDATE " + profiles_ +
                                     " SET full_pass_status = 'pending', full_pass_error = $2"
                                     " WHERE user_id = $1 RETURNING full_pass_status")
                               .Uuid(pass_.user_id)
                               .Text(clip(shown))
                               .Run());
  if (charged) DeleteRefusedReplies();
  transaction.Commit();
}

// So that asking again really asks.
void SqlStore::DeleteRefusedReplies() {
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND unusable")
      .Uuid(pass_.user_id)
      .Execute();
}

// What the pass has cost so far, as import_cost_json.
std::string SqlStore::Cost() {
  return OwnQuery(
             "SELECT json_build_object('llm_input_tokens', input_tokens,"
             " 'llm_output_tokens', output_tokens, 'llm_call_count', calls_made,"
             " 'llm_cost_usd', cost_usd, 'total_cost_usd', cost_usd)::text"
             " FROM soulprint.full_passes WHERE id = $1")
      .BigInt(pass_.id)
      .Run()
      .at(0)
      .Text(0);
}

// Marks the pass's row as ended, after the profile's: whatever the application's triggers made of
// that, no pass can have been queued while this one was there.  Tells listeners, and queues the
// pass that was asked for in the meantime.
void SqlStore::EndPass(const char* state, const std::string& reason, bool again) {
  summary_ =
      OwnQuery(
          "UPDATE soulprint.full_passes SET state = $2, ended_at = now(), error = nullif($3, '')"
          " WHERE id = $1 RETURNING format('%s conversations, %s chunks, %s failed, %s facts,"
          " %s calls, %s remembered, %s USD, %s s', conversations, chunks, chunks_failed, facts,"
          " calls_made, calls_remembered, round(cost_usd, 4),"
          " round(extract(epoch FROM ended_at - taken_at), 1))")
          .BigInt(pass_.id)
          .Text(state)
          .Text(reason)
          .Run()
          .at(0)
          .Text(0);
  NotifyEnded(pass_.user_id, pass_.id, *state == 'd' ? "complete" : "failed", reason);
  if (again) QueuePass(pass_.user_id);
}

// Keeps the profile as it was before this pass wrote to it, once in all its attempts; not if it
// knows what the user took back, in this pass or in one before that was not published.
void SqlStore::KeepPresentVersion(const LockedProfile& profile) {
  const pg::Rows first =
      OwnQuery(
          "UPDATE soulprint.full_passes f SET version_kept = true"
          " WHERE id = $1 AND NOT version_kept RETURNING EXISTS"
          " (SELECT FROM soulprint.full_passes u WHERE u.user_id = f.user_id AND u.unlearned"
          "  AND NOT EXISTS (SELECT FROM soulprint.full_passes d WHERE d.user_id = f.user_id"
          "   AND d.state = 'done' AND d.id >= u.id))")
          .BigInt(pass_.id)
          .Run();
  if (!first.empty() && !first.front().Bool(0)) KeepVersion(pass_.user_id, profile.published);
}

void SqlStore::ReplaceFacts(const std::vector<Fact>& facts) {
  OwnQuery("DELETE FROM soulprint.facts WHERE user_id = $1").Uuid(pass_.user_id).Execute();
  std::vector<std::string> categories;
  std::vector<std::string> values;
  std::vector<std::string> quotes;
  std::vector<std::int64_t> verified;
  std::vector<std::string> sources;
  for (const Fact& fact : facts) {
    categories.emplace_back(CategoryName(fact.category));
    values.push_back(FactToJson(fact).dump());
    quotes.push_back(fact.quote);
    verified.push_back(fact.verified ? 1 : 0);
    sources.push_back(SourcesToJson(fact.sources));
  }
  OwnQuery(
      "INSERT INTO soulprint.facts (user_id, category, fact, quote, verified, sources)"
      " SELECT $1, n.category, n.fact::jsonb, n.quote, n.verified = 1, n.sources::jsonb"
      " FROM unnest($2, $3, $4, $5, $6) AS n (category, fact, quote, verified, sources)")
      .Uuid(pass_.user_id)
      .TextArray(std::move(categories))
      .TextArray(std::move(values))
      .TextArray(std::move(quotes))
      .BigIntArray(std::move(verified))
      .TextArray(std::move(sources))
      .Execute();
}

// A convenience for the application: not worth waiting for a lock of its.
void SqlStore::ShowPercent() {
  const std::string set =
      SetOptional("full_pass_percent", "soulprint.percent($2, $3::int, $4::int)") +
      SetOptional("full_pass_stage", "$2");
  if (set.empty()) return;
  try {
    pg::Transaction transaction;
    pg::Query("SELECT set_config('lock_timeout', '100ms', true)").Run();
    pg::Query(
        "UPDATE " + profiles_ + " SET" + set.substr(1) +
        " WHERE user_id = $1 AND full_pass_status = 'processing' AND $2 <> '' AND $3 + $4 >= 0")
        .Uuid(pass_.user_id)
        .Text(progress_.stage)
        .BigInt(progress_.chunks_done)
        .BigInt(progress_.chunks)
        .Execute();
    transaction.Commit();
  } catch (const Error&) {
    if (CancelRequested()) throw;
  }
}

}  // namespace soulprint
