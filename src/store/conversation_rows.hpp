// Conversations ──► rows of raw_conversations.  A row that the application's table refuses costs
// that conversation only.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "export/import_report.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// What became of conversations.
struct StoredCounts {
  std::int64_t imported = 0;  // were new
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
};

// The rows of one user, during one import, in the open transaction and with the rights of the
// current role.
//
// Conversations are stored in groups, each in a subtransaction.  If the table refuses one of a
// group, its conversations are stored one by one.
//
// The table refuses a row by a constraint, by an error of a trigger, or by a trigger that keeps it
// out.  Errors that are no row's fault come through as SqlError: connections, serialization,
// resources, locks, cancels, undefined objects, missing privileges, internal errors.
class ConversationRows {
 public:
  // Calls CheckConstraintsAtOnce for the table.  `user_id` must outlive this object.
  explicit ConversationRows(const std::string& user_id);

  // Stores a conversation, at the latest in Finish.  The later updated_at wins, of
  // equal ones the copy with more messages.  Ties go to this conversation, unless `met` says that
  // the import has met its id before.
  void Store(Conversation conversation, bool met);

  // Stores what was given so far.
  void Flush();

  // Deletes a conversation if it is stored.
  void Remove(const std::string& id);

  // Stores what is left, and adds the refused conversations to the report.
  void Finish(ImportReport* report);

  // After Finish.
  const StoredCounts& counts() const { return counts_; }
  std::int64_t removed() const { return removed_; }
  bool any_refused() const { return !refused_.empty(); }
  // What the table said when it first refused a row, "" = nothing.
  const std::string& first_refusal() const { return first_refusal_; }

 private:
  struct Entry {
    Conversation conversation;
    bool met;
  };
  enum class Stored { kImported, kUpdated, kUnchanged, kNot };

  std::unordered_set<std::string> FindIds(std::vector<std::string> ids) const;
  void StoreGroup(std::unordered_set<std::string> there);
  void StoreAlone(Entry entry, std::unordered_set<std::string>* there);
  Stored Put(Conversation& conversation, bool met, bool was_there, bool last_use) const;
  Stored WhyNothing(const Conversation& conversation, std::int64_t messages) const;
  static void Count(Stored stored, StoredCounts* counts);
  void Refuse(const std::string& id, const std::string& why);

  const std::string& user_id_;
  bool may_suppress_;  // the table has triggers that can keep a row out
  std::vector<Entry> group_;
  std::size_t group_bytes_ = 0;
  StoredCounts counts_;
  std::int64_t removed_ = 0;
  std::int64_t not_removed_ = 0;
  std::map<std::string, std::size_t> refused_;  // by reason
  std::vector<std::string> refused_ids_;        // the first of them
  std::string first_refusal_;
};

}  // namespace soulprint
