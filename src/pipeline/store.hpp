// Store: the rows that the route reads and writes.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

// The chunks of one conversation, as rows of conversation_chunks.
struct ChunkedConversation {
  std::string conversation_id;
  std::optional<std::string> title;
  Time created_at;
  int message_count = 0;
  std::vector<Chunk> chunks;
};

struct Reply {
  Question question;
  Answer answer;
};

// One user's rows during one pass.  Once the pass is no longer this worker's (canceled, user
// deleted or forgotten), every write throws Error 02000 and writes nothing.
class Store {
 public:
  virtual ~Store() = default;

  // Ids of the user's conversations, oldest first, equal ages by id.
  virtual std::vector<std::string> ConversationIds() = 0;

  // nullopt if it was deleted meanwhile.  May be called from within the `next` of ReplaceChunks.
  virtual std::optional<Conversation> ReadConversation(const std::string& id) = 0;

  // What other assistants keep about the user, by source; none where it is not to be read.
  virtual std::vector<Notes> ReadNotes() = 0;

  // Replaces the user's chunk rows by those that `next` returns, in one transaction.  A row with
  // unchanged content stays the same row.
  virtual void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) = 0;

  // The operator's system prompt for this step, nullopt = none.
  virtual std::optional<std::string> OperatorPrompt(Step step) = 0;

  // The remembered answer to this question and try.
  virtual std::optional<Answer> FindReply(const Question& question) = 0;

  // Saves answers durably, in a transaction of their own, and adds up their usage.  An answer that
  // is not final only counts.
  virtual void SaveReplies(const std::vector<Reply>& replies) = 0;

  // Marks a remembered answer as useless.  A pass that fails deletes it, so that the next one asks
  // again.  Call after the Ask that gave the answer has returned: by then it is saved.
  virtual void RejectReply(const Question& question) = 0;

  // For each fact, by FactKey: true if the user wants it forgotten.
  virtual std::vector<bool> FindForgotten(const std::vector<Fact>& facts) = 0;

  // What the user stated of themself beside the conversations, oldest first, at most one of a
  // FactKey.
  virtual std::vector<Fact> ReadOwnFacts() = 0;

  // The published sections.
  virtual StoredSections ReadSections() = 0;

  // Publishes only MEMORY, in a transaction of its own.
  virtual void PublishMemory(const std::string& memory_md) = 0;

  // Publishes the profile in one transaction that also ends the pass.
  virtual void Publish(const Profile& profile) = 0;

  // Reports how far the pass is.  Cheap: writes at most twice a second.  Throws Error when the pass
  // was canceled or must stop.
  virtual void Report(const Progress& progress) = 0;
};

}  // namespace soulprint
