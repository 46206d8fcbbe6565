// Store: the rows that the route needs, and nothing of how they are kept.

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

// One user's rows, during one pass.  Every write fails with SQLSTATE 02000 once the pass is no
// longer this worker's (canceled, forgotten, user deleted); nothing is written then.
class Store {
 public:
  virtual ~Store() = default;

  // Ids of the user's conversations, oldest first, equal ages by id.
  virtual std::vector<std::string> ConversationIds() = 0;

  // nullopt if it was deleted in the meantime.  May be called from within ReplaceChunks's `next`.
  virtual std::optional<Conversation> ReadConversation(const std::string& id) = 0;

  // Makes the user's chunk rows those that `next` gives, in one transaction.  A row whose content
  // did not change stays the same row.
  virtual void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) = 0;

  // An operator's wording for this step's system prompt, nullopt = the project's own.
  virtual std::optional<std::string> OperatorPrompt(Step step) = 0;

  // The remembered answer to this question and try.
  virtual std::optional<Answer> FindReply(const Question& question) = 0;

  // Remembers answers, durably, in a transaction of their own, and counts what they used.  One that
  // is not final is only counted.
  virtual void SaveReplies(const std::vector<Reply>& replies) = 0;

  // Marks a remembered answer as useless: a pass that fails deletes it, so that the next one really
  // asks again.  Call after the Ask that gave the answer has returned: it is saved by then.
  virtual void RejectReply(const Question& question) = 0;

  // Leaves out the facts that the user wants forgotten (FactKey tells which these are).
  virtual void DropForgotten(std::vector<Fact>* facts) = 0;

  // The sections as published last.
  virtual StoredSections ReadSections() = 0;

  // Publishes MEMORY alone, at once, in a transaction of its own.
  virtual void PublishMemory(const std::string& memory_md) = 0;

  // Publishes everything, in one transaction that also ends the pass.
  virtual void Publish(const Profile& profile) = 0;

  // Says how far the pass is.  Called often, cheap; writes at most once a second.  The place where
  // a pass notices that it was canceled, or is to stop: throws Error then.
  virtual void Report(const Progress& progress) = 0;
};

}  // namespace soulprint
