#include "store/pass_end.hpp"
#include "store/fact_rows.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "pipeline/sections_to_soulprint.hpp"
#include "shared_state.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/erasure.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "store/versions.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {

namespace {

constexpr std::size_t kErrorCharacters = 500;  // of full_pass_error

std::string Clip(const std::string& text) {
  return std::string(FirstCharacters(CleanUtf8(text), kErrorCharacters));
}

// Throws Error 27000 if the column has kept its old value, which is not the one that was set.
void RequireChange(const char* column, const std::optional<std::string>& before,
                   const std::optional<std::string>& set, const std::optional<std::string>& left) {
  if (left != before || set == before) return;
  throw Error(sqlstate::kTriggeredDataChange, Format("{} keeps its old value", column))
      .Hint("Look for a trigger on user_profiles that takes the change back.");
}

void RequirePublished(const PublishedProfile& before, const PublishedProfile& set,
                      const PublishedProfile& left) {
  constexpr std::array<const char*, 5> kSections = {"soul_md", "identity_md", "user_md",
                                                    "agents_md", "tools_md"};
  RequireChange("memory_md", before.memory_md, set.memory_md, left.memory_md);
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    RequireChange(kSections[i], before.sections[i], set.sections[i], left.sections[i]);
  }
  RequireChange("soulprint_text", before.soulprint_text, set.soulprint_text, left.soulprint_text);
}

// The user_profiles row, locked.
struct LockedProfile {
  bool pending = false;       // requested again during the pass
  bool another_path = false;  // storage_path is not the one that the pass goes by
  PublishedProfile published;
};

LockedProfile LockProfile(const PassLease& lease) {
  const pg::Rows rows =
      AppQuery(app::kLockProfile).Uuid(lease.user_id()).Text(lease.storage_path()).Run();
  if (rows.empty()) {
    const bool seen = AppQuery(app::kFindProfile).Uuid(lease.user_id()).Execute() > 0;
    if (!seen) throw PassLost(Format("user {} was deleted", lease.user_id()));
    RequireStatus("", rows);
  }
  return {rows.front().Bool(0), rows.front().Bool(1), ProfileFrom(rows.front(), 2)};
}

// So that the next attempt asks these questions again.
void DeleteRejectedReplies(const PassLease& lease) {
  OwnQuery("DELETE FROM soulprint.replies WHERE user_id = $1 AND unusable")
      .Uuid(lease.user_id())
      .Execute();
}

// The cost of the pass so far, as import_cost_json.
std::string Cost(const PassLease& lease) {
  return OwnQuery(R"(
           SELECT json_build_object(
             'llm_input_tokens', input_tokens, 'llm_output_tokens', output_tokens,
             'llm_call_count', calls_made, 'llm_cost_usd', known_cost,
             'total_cost_usd', known_cost)::text
           FROM soulprint.full_passes, soulprint.model_price(),
                LATERAL (SELECT CASE WHEN input_usd IS NOT NULL THEN cost_usd END) AS k (known_cost)
           WHERE id = $1 AND user_id = $2)")
      .BigInt(lease.id())
      .Uuid(lease.user_id())
      .Run()
      .at(0)
      .Text(0);
}

// What the pass did, for the log.
constexpr const char* kSummary = R"(format(
  '%s conversations, %s chunks%s, %s failed, %s facts, %s calls, %s remembered, %s USD, %s s',
  conversations, chunks,
  CASE WHEN coverage < 1 THEN format(' of which %s %% were read', floor(100 * coverage)) END,
  chunks_failed, facts, calls_made, calls_remembered,
  round(cost_usd, 4), round(extract(epoch FROM ended_at - taken_at), 1)))";

// The alert of a pass: who failed, where, and $4, or NULL if that is empty.
constexpr const char* kAlert = R"(CASE WHEN $4 <> '' THEN format(
  'Full pass %s of user %s in database %s failed: %s The whole reason: '
  'SELECT error FROM soulprint_history WHERE pass_id = %s;',
  id, user_id, current_database(), left($4, 700), id) END)";

// Ends the pass's row, notifies listeners, and queues the pass that was requested in the meantime
// (`again`).  Call it after the profile was updated: the application's triggers on that cannot
// queue a pass while this one is there.  Returns kSummary.
std::string EndPass(const PassLease& lease, const char* state, const std::string& reason,
                    const std::string& alert, bool again) {
  std::string summary = OwnQuery(Format(R"(
    UPDATE soulprint.full_passes f
    SET state = $2, ended_at = now(), error = nullif($3, ''), alert = {}, suspect = false,
        reserved_usd = 0, {}
    WHERE id = $1 AND user_id = $5
    RETURNING {})",
                                        kAlert, kEndStage, kSummary))
                            .BigInt(lease.id())
                            .Text(state)
                            .Text(reason)
                            .Text(alert)
                            .Uuid(lease.user_id())
                            .Run()
                            .at(0)
                            .Text(0);
  if (!alert.empty()) shared_state::WakeLauncherAtCommit();
  NotifyEnded(lease.user_id(), lease.id(), *state == 'd' ? "complete" : "failed", reason);
  if (again) QueuePass(lease.user_id());
  return summary;
}

// Keeps the profile that this pass replaces, if it was published whole and knows nothing that the
// user took back, in this pass or in an unpublished one before.
void KeepPresentVersion(const PassLease& lease, const LockedProfile& profile) {
  if (!IsWhole(lease.user_id())) return;
  const bool unlearned = OwnQuery(R"(
    SELECT EXISTS (
      SELECT FROM soulprint.full_passes u
      WHERE u.user_id = $1 AND u.unlearned
      AND NOT EXISTS (SELECT FROM soulprint.full_passes d
                      WHERE d.user_id = $1 AND d.state = 'done' AND d.id >= u.id)))")
                             .Uuid(lease.user_id())
                             .Run()
                             .at(0)
                             .Bool(0);
  if (!unlearned) KeepVersion(lease.user_id(), profile.published);
}

// The reason as the profile shows it.
std::string ShownReason(const Failure& failure, bool has_section) {
  if (!failure.memory_published || !failure.lacks_sections) return Clip(failure.reason);
  return Clip((has_section ? "MEMORY is published; the sections are the old ones: "
                           : "MEMORY is published; there are no sections yet: ") +
              failure.reason);
}

// Needs an open transaction.  Returns what the pass did.
std::string WriteFailure(PassLease& lease, const LockedProfile& profile, const Failure& failure,
                         bool with_text) {
  // Requested again with nothing new to read, it is this pass.
  const bool again = profile.pending && (profile.another_path || !CurrentPass(lease.user_id()));
  const PublishedProfile& published = profile.published;
  const bool has_section = std::any_of(published.sections.begin(), published.sections.end(),
                                       [](const auto& section) { return section.has_value(); });
  const std::string reason = ShownReason(failure, has_section);
  std::optional<std::string> text;
  if (with_text) {
    text = SectionsToSoulprint(published.sections, published.memory_md.value_or(""));
  }
  const std::string status = again ? "pending" : "failed";
  RequireStatus(status, AppQueryWithOptionalColumns(app::kFailProfile)
                            .Uuid(lease.user_id())
                            .Text(text)
                            .Text(reason)
                            .Text(status)
                            .Run());
  DeleteRejectedReplies(lease);
  return EndPass(lease, "failed", reason, failure.alert, again);
}

std::string RecordFailure(PassLease& lease, const Failure& failure, bool with_text) {
  pg::Transaction transaction;
  const LockedProfile profile = LockProfile(lease);
  lease.Touch();
  std::string summary = WriteFailure(lease, profile, failure, with_text);
  transaction.Commit();
  return summary;
}

}  // namespace

void RequireStatus(const std::string& set, const pg::Rows& left) {
  if (!left.empty() && left.front().Text(0) == set) return;
  throw Error(sqlstate::kTriggeredDataChange,
              left.empty() ? std::string("the update of the profile did not reach its row")
                           : Format("full_pass_status stays \"{}\" when it is set to \"{}\"",
                                    left.front().Text(0), set))
      .Hint(
          "Look for a trigger, rule or policy on user_profiles that keeps soulprint_worker from "
          "changing it.");
}

void PublishMemory(PassLease& lease, const std::string& memory_md) {
  pg::Transaction transaction;
  const LockedProfile profile = LockProfile(lease);
  lease.Touch();
  if (profile.published.memory_md != memory_md) {
    KeepPresentVersion(lease, profile);
    MarkHalf(lease.user_id(), lease.id());
    const pg::Rows left = AppQueryWithOptionalColumns(app::kPublishMemory)
                              .Uuid(lease.user_id())
                              .Text(memory_md)
                              .Run();
    if (left.empty()) RequireStatus("", left);
    RequireChange("memory_md", profile.published.memory_md, memory_md, left.front().TextOrNull(0));
  }
  transaction.Commit();
}

std::string PublishProfile(PassLease& lease, const Profile& profile) {
  pg::Transaction transaction;
  const LockedProfile stored = LockProfile(lease);
  lease.Touch();
  KeepPresentVersion(lease, stored);
  MarkWhole(lease.user_id());
  StoredSections sections = stored.published.sections;
  std::string text = profile.soulprint_text;
  if (profile.sections) {
    for (std::size_t i = 0; i < sections.size(); ++i) sections[i] = (*profile.sections)[i];
  } else {
    text = SectionsToSoulprint(sections, profile.memory_md);
  }
  // Another pass follows if one was requested during this one, unless it would find nothing new: an
  // application that sets pending again and again must not make passes without end.
  const bool again =
      stored.pending && (stored.another_path || text != stored.published.soulprint_text ||
                         !CurrentPass(lease.user_id()));
  const std::string status = again ? "pending" : "complete";
  const pg::Rows left = AppQueryWithOptionalColumns(app::kPublishProfile)
                            .Uuid(lease.user_id())
                            .Text(profile.memory_md)
                            .Text(sections[0])
                            .Text(sections[1])
                            .Text(sections[2])
                            .Text(sections[3])
                            .Text(sections[4])
                            .Text(text)
                            .Text(Cost(lease))
                            .Text(status)
                            .Run();
  RequireStatus(status, left);
  RequirePublished(stored.published, {profile.memory_md, sections, text},
                   ProfileFrom(left.front(), 1));
  ReplaceFacts(lease.user_id(), profile.facts);
  EraseRepliesOfGone(lease.user_id());
  if (!profile.sections) DeleteRejectedReplies(lease);
  std::string summary = EndPass(lease, "done", "", "", again);
  transaction.Commit();
  return summary;
}

std::string FailPass(PassLease& lease, const Failure& failure) {
  if (failure.memory_published) {
    try {
      return RecordFailure(lease, failure, true);
    } catch (const PassLost&) {
      throw;
    } catch (const Error&) {
      // The application's table may not take the text: the failure is recorded without it.
    }
  }
  return RecordFailure(lease, failure, false);
}

std::string FailUnclaimedPass(PassLease& lease, const Failure& failure) {
  pg::Transaction transaction;
  const LockedProfile profile = LockProfile(lease);
  OwnQuery(R"(
    UPDATE soulprint.full_passes
    SET state = 'running', pid = pg_backend_pid(), attempts = attempts + 1, taken_at = now()
    WHERE id = $1 AND user_id = $2 AND state IN ('queued', 'running'))")
      .BigInt(lease.id())
      .Uuid(lease.user_id())
      .Execute();
  lease.TouchPass();
  std::string summary = WriteFailure(lease, profile, failure, false);
  transaction.Commit();
  return summary;
}

std::string FailPassAlone(const PassLease& lease, const Failure& failure) {
  const std::string reason = Clip(failure.reason);
  pg::Transaction transaction;
  const pg::Rows ended = OwnQuery(Format(R"(
    UPDATE soulprint.full_passes f
    SET state = $2, ended_at = now(), taken_at = coalesce(taken_at, $6), error = $3,
        alert = {}, suspect = false, unrecorded = true, {}
    WHERE id = $1 AND user_id = $5 AND state IN ('queued', 'running')
    RETURNING {})",
                                         kAlert, kEndStage, kSummary))
                             .BigInt(lease.id())
                             .Text("failed")
                             .Text(reason)
                             .Text(failure.alert)
                             .Uuid(lease.user_id())
                             .Now()
                             .Run();
  if (ended.empty()) return "";
  DeleteRejectedReplies(lease);
  if (!failure.alert.empty()) shared_state::WakeLauncherAtCommit();
  NotifyEnded(lease.user_id(), lease.id(), "failed", reason);
  transaction.Commit();
  return ended.front().Text(0);
}

void RequeuePass(PassLease& lease, const std::string& reason, const std::string& shown,
                 bool charged, std::chrono::milliseconds wait) {
  pg::Transaction transaction;
  LockProfile(lease);
  lease.Touch();
  // First: its trigger makes a waiting pass due.
  RequireStatus("pending",
                AppQuery(app::kRequeueProfile).Uuid(lease.user_id()).Text(Clip(shown)).Run());
  OwnQuery(Format(R"(
    UPDATE soulprint.full_passes
    SET state = 'queued', error = $3, attempts = attempts - $4,
        not_before = now() + make_interval(secs => $5), {}
    WHERE id = $1 AND user_id = $2)",
                  kEndStage))
      .BigInt(lease.id())
      .Uuid(lease.user_id())
      .Text(Clip(reason))
      .BigInt(charged ? 0 : 1)
      .Double(std::chrono::duration<double>(wait).count())
      .Execute();
  if (charged) DeleteRejectedReplies(lease);
  transaction.Commit();
}

}  // namespace soulprint
