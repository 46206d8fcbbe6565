#include "store/conversation_rows.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/constraints.hpp"
#include "store/jsonb.hpp"
#include "util/error.hpp"
#include "util/format.hpp"
#include "util/freed_memory.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// A group is kept in memory until it is stored.  Each costs one of the 64 subtransactions that
// Postgres keeps track of without looking at the disk.
constexpr std::size_t kGroupBytes = std::size_t{2} << 20;
constexpr std::size_t kGroupConversations = 500;
constexpr std::size_t kLarge = std::size_t{4} << 20;
// A trigger can raise any SQLSTATE.
constexpr std::size_t kReasons = 20;
constexpr const char* kRefused = "refused by the table";
constexpr const char* kNotStored = "not stored";

std::size_t BytesOf(const Conversation& conversation) {
  std::size_t bytes = sizeof conversation;
  for (const Message& message : conversation.messages) {
    bytes += sizeof message + message.text.size();
  }
  return bytes;
}

// True if the error is the row's fault, and another row may be taken.
bool IsRefusal(const SqlError& error) {
  for (const char* state_class : {"08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "55",
                                  "57", "58", "72", "F0", "XX"}) {
    if (error.sqlstate().starts_with(state_class)) return false;
  }
  return true;
}

// The SQLSTATE, and for the frequent ones its name in Postgres's list.
std::string ReasonOf(const SqlError& error) {
  constexpr std::array<std::pair<std::string_view, const char*>, 6> kNames = {
      {{"22001", "string_data_right_truncation"},
       {"23502", "not_null_violation"},
       {"23503", "foreign_key_violation"},
       {"23505", "unique_violation"},
       {"23514", "check_violation"},
       {"P0001", "raise_exception"}}};
  for (const auto& [sqlstate, name] : kNames) {
    if (error.sqlstate() == sqlstate) return Format("{} {}", sqlstate, name);
  }
  return error.sqlstate();
}

// True if the table has BEFORE ROW triggers of INSERT or UPDATE: one that returns NULL keeps the
// row out without an error.
bool HasTriggersBefore() {
  return pg::Query(R"(
           SELECT EXISTS (
             SELECT FROM pg_trigger t
             WHERE (t.tgrelid = to_regclass($1)
                    OR t.tgrelid IN (SELECT relid FROM pg_partition_tree(to_regclass($1))))
             AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0 AND t.tgenabled <> 'D'))")
      .Text(AppSql("{conversations}"))
      .Run()
      .at(0)
      .Bool(0);
}

}  // namespace

ConversationRows::ConversationRows(const std::string& user_id)
    : user_id_(user_id), may_suppress_(HasTriggersBefore()) {
  CheckConstraintsAtOnce("{conversations}");
}

void ConversationRows::Store(Conversation conversation, bool met) {
  const std::size_t bytes = BytesOf(conversation);
  if (group_bytes_ + bytes > kGroupBytes || group_.size() >= kGroupConversations) Flush();
  group_bytes_ += bytes;
  group_.push_back({std::move(conversation), met});
  if (group_bytes_ > kGroupBytes) Flush();
}

void ConversationRows::Finish(ImportReport* report) {
  Flush();
  for (const auto& [reason, count] : refused_) report->skipped[reason] += count;
  for (const std::string& id : refused_ids_) {
    if (report->skipped_ids.size() < kSkippedIds) report->skipped_ids.push_back(id);
  }
  // Each conversation counts once.
  const auto forgotten = report->skipped.find(kDoNotRemember);
  if (not_removed_ == 0 || forgotten == report->skipped.end()) return;
  forgotten->second -= static_cast<std::size_t>(not_removed_);
  if (forgotten->second == 0) report->skipped.erase(forgotten);
}

void ConversationRows::Flush() {
  group_bytes_ = 0;
  if (group_.empty()) return;
  std::vector<std::string> ids;
  for (const Entry& entry : group_) ids.push_back(entry.conversation.id);
  std::unordered_set<std::string> there = FindIds(std::move(ids));
  if (group_.size() > 1) {
    try {
      return StoreGroup(there);
    } catch (const SqlError& error) {
      if (!IsRefusal(error)) throw;
    }
  }
  for (Entry& entry : std::exchange(group_, {})) StoreAlone(std::move(entry), &there);
}

// Those of the ids that are stored.
std::unordered_set<std::string> ConversationRows::FindIds(std::vector<std::string> ids) const {
  std::unordered_set<std::string> there;
  for (const pg::Row& row :
       AppQuery(app::kFindConversations).Uuid(user_id_).TextArray(std::move(ids)).Run()) {
    there.insert(row.Text(0));
  }
  return there;
}

void ConversationRows::StoreGroup(std::unordered_set<std::string> there) {
  StoredCounts counts = counts_;
  std::vector<std::string> kept_out;
  pg::Subtransaction subtransaction;
  for (Entry& entry : group_) {
    const std::string& id = entry.conversation.id;
    const Stored stored = Put(entry.conversation, entry.met, there.contains(id), false);
    Count(stored, &counts);
    if (stored == Stored::kNot) kept_out.push_back(id);
    if (stored == Stored::kImported) there.insert(id);
  }
  subtransaction.Keep();
  counts_ = counts;
  for (const std::string& id : kept_out) Refuse(id, kNotStored);
  group_.clear();
}

void ConversationRows::StoreAlone(Entry entry, std::unordered_set<std::string>* there) {
  const std::string& id = entry.conversation.id;
  Stored stored = Stored::kNot;
  std::string why = kNotStored;
  try {
    pg::Subtransaction subtransaction;
    stored = Put(entry.conversation, entry.met, there->contains(id), true);
    subtransaction.Keep();
  } catch (const SqlError& error) {
    if (!IsRefusal(error)) throw;
    why = ReasonOf(error);
    if (first_refusal_.empty()) first_refusal_ = error.what();
  }
  Count(stored, &counts_);
  if (stored == Stored::kNot) Refuse(id, why);
  if (stored == Stored::kImported) there->insert(id);
}

void ConversationRows::Count(Stored stored, StoredCounts* counts) {
  counts->imported += stored == Stored::kImported ? 1 : 0;
  counts->updated += stored == Stored::kUpdated ? 1 : 0;
  counts->unchanged += stored == Stored::kUnchanged ? 1 : 0;
}

void ConversationRows::Refuse(const std::string& id, const std::string& why) {
  std::string reason = Format("{}: {}", kRefused, why);
  if (refused_.size() >= kReasons && !refused_.contains(reason)) reason = kRefused;
  ++refused_[reason];
  if (refused_ids_.size() < kSkippedIds) refused_ids_.push_back(id);
}

// With `last_use` the messages are freed as soon as they are jsonb.
ConversationRows::Stored ConversationRows::Put(Conversation& conversation, bool met, bool was_there,
                                               bool last_use) const {
  const auto messages = static_cast<std::int64_t>(conversation.messages.size());
  const bool large = last_use && BytesOf(conversation) > kLarge;
  if (large) ReturnFreedMemory();
  // Within one import the first copy stays unless another is newer or fuller; a later import wins
  // ties.
  const std::uint64_t rows = AppQuery(app::kStoreConversation)
                                 .Uuid(user_id_)
                                 .Text(conversation.id)
                                 .Text(conversation.title)
                                 .BigInt(messages)
                                 .Timestamp(conversation.created_at)
                                 .Timestamp(conversation.updated_at)
                                 .Jsonb([&] {
                                   const Datum jsonb = MessagesToJsonb(conversation.messages);
                                   if (last_use) std::vector<Message>().swap(conversation.messages);
                                   if (large) ReturnFreedMemory();
                                   return jsonb;
                                 })
                                 .Bool(met)
                                 .Execute();
  if (rows > 0) return was_there ? Stored::kUpdated : Stored::kImported;
  return may_suppress_ ? WhyNothing(conversation, messages) : Stored::kUnchanged;
}

// After Put has touched no row: is the conversation stored as it is, or did a trigger keep it out?
// Triggers may also change what they let in, so one column that differs is not enough.
ConversationRows::Stored ConversationRows::WhyNothing(const Conversation& conversation,
                                                      std::int64_t messages) const {
  const pg::Rows rows = AppQuery(app::kCompareConversation)
                            .Uuid(user_id_)
                            .Text(conversation.id)
                            .Text(conversation.title)
                            .BigInt(messages)
                            .Timestamp(conversation.updated_at)
                            .Run();
  return rows.empty() || rows.front().Bool(0) ? Stored::kNot : Stored::kUnchanged;
}

void ConversationRows::Remove(const std::string& id) {
  Flush();
  // Look first: DELETE privilege is needed only when there is a row to delete.
  if (FindIds({id}).empty()) return;
  std::uint64_t deleted = 0;
  std::string why = "not deleted";
  try {
    pg::Subtransaction subtransaction;
    deleted = AppQuery(app::kDeleteConversation).Uuid(user_id_).Text(id).Execute();
    subtransaction.Keep();
  } catch (const SqlError& error) {
    if (!IsRefusal(error)) throw;
    why += ", " + ReasonOf(error);
  }
  if (deleted > 0) {
    ++removed_;
    return;
  }
  ++not_removed_;
  Refuse(id, why);
}

}  // namespace soulprint
