// The Store in SQL: the statements that a worker runs during a pass.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"
#include "store/lease.hpp"
#include "store/purse.hpp"

namespace soulprint {

class SqlStore : public Store {
 public:
  // The lease must outlive the store.
  explicit SqlStore(PassLease& lease) : lease_(lease), purse_(lease.id(), lease.user_id()) {}

  std::vector<std::string> ConversationIds() override;
  std::optional<Conversation> ReadConversation(const std::string& id) override;
  std::vector<Notes> ReadNotes() override;
  void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) override;
  std::optional<std::string> OperatorPrompt(Step step) override;
  std::optional<Answer> FindReply(const Question& question) override;
  void SaveReplies(const std::vector<Reply>& replies) override;
  void RejectReply(const Question& question) override;
  std::vector<bool> FindForgotten(const std::vector<Fact>& facts) override;
  std::vector<Fact> ReadOwnFacts() override;
  StoredSections ReadSections() override;
  void PublishMemory(const std::string& memory_md) override;
  void Publish(const Profile& profile) override;
  void Report(const Progress& progress) override { lease_.Report(progress); }

  // True once PublishMemory has returned.
  bool memory_published() const { return memory_published_; }

  // The answers that this process has saved.
  std::uint64_t answers_saved() const { return answers_saved_; }

  // Pays for the requests; SaveReplies saves what they took, too.
  Purse& purse() { return purse_; }

  // Saves what requests took and no answer has saved, in a transaction of its own: call it when the
  // pass ends otherwise than by publishing.
  virtual void SaveCosts();

  // What the pass did, for the log; "" before it is published.
  const std::string& summary() const { return summary_; }

 private:
  // In the open transaction; call purse_.Saved() after it.
  void SaveCosts(std::int64_t calls);
  // Records, in the open transaction or in one of its own, that this pass needed the answers that
  // it has found: they expire soulprint.keep_replies later.
  void TouchNeeded();
  void RememberNeeded();
  void ReplaceChunksOf(const ChunkedConversation& conversation, bool any_stored);
  void InsertChunks(const ChunkedConversation& conversation,
                    const std::vector<const Chunk*>& chunks);

  PassLease& lease_;
  Purse purse_;
  // The questions of the answers found that no pass has needed for a day.
  std::vector<std::string> needed_steps_;
  std::vector<std::string> needed_hashes_;  // SHA-256 as hex digits
  bool memory_published_ = false;
  std::uint64_t answers_saved_ = 0;
  std::string summary_;
};

}  // namespace soulprint
