// The Store in SQL: the statements that a worker runs during a pass, one function each.
//
// Every write begins with the profile's row where it touches that, then with the pass's row: the
// update that is progress, cancel and forget in one (DESIGN 3).

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pg/query.hpp"
#include "pipeline/store.hpp"
#include "store/importer.hpp"
#include "store/versions.hpp"

namespace soulprint {

// A pass that this process has taken: it holds the pass's lock.
struct TakenPass {
  std::int64_t id = 0;
  std::string user_id;
  int attempts = 0;      // this one included
  bool put_off = false;  // this attempt was begun before
};

// "full pass 42 of user 9f2c…", for the log.
std::string NameOf(const TakenPass& pass);

// Throws Error 27000 unless an update of the profile, which returned full_pass_status, left there
// the status that it set: a trigger can take a change back.
void RequireStatus(const std::string& set, const pg::Rows& left);

struct Readable {
  std::optional<std::string> storage_path;
  std::string etag;            // of what was imported from there last, "" = unknown
  bool conversations = false;  // any in raw_conversations
};

// USD per million tokens; 0 where soulprint.prices does not know the model.
struct Price {
  double input = 0;
  double output = 0;
};

class SqlStore : public Store {
 public:
  explicit SqlStore(const TakenPass& pass);

  std::vector<std::string> ConversationIds() override;
  std::optional<Conversation> ReadConversation(const std::string& id) override;
  void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) override;
  std::optional<std::string> OperatorPrompt(Step step) override;
  std::optional<Answer> FindReply(const Question& question) override;
  void SaveReplies(const std::vector<Reply>& replies) override;
  void RefuseReply(const Question& question) override;
  void DropForgotten(std::vector<Fact>* facts) override;
  StoredSections ReadSections() override;
  void PublishMemory(const std::string& memory_md) override;
  void Publish(const Profile& profile) override;

  // Also ends what was canceled (Error 57014), reloads the settings, and throws Error 57P01 when no
  // pass is to run.
  void Report(const Progress& progress) override;

  // The same with what was reported last, at least every 100 ms while another server is waited for.
  void WaitingForRequests();

  // What the model of this pass costs.
  Price ModelPrice();

  // What there is to read of the user.
  Readable FindReadable();

  // Reads the export that the open file holds into the user's conversations, in one transaction.
  void ImportExport(int fd, const ImportOrigin& origin);

  // What the pass has done, for the log: "10 conversations, 24 chunks, …".
  // Known once it is published.
  const std::string& Summary() const { return summary_; }

  // Ends the pass as failed and says why in the profile.  If this pass has published MEMORY,
  // soulprint_text is made of it and the stored sections.
  void Fail(const std::string& reason);

  // Returns the pass to the queue; its next attempt waits that long.  A charged attempt counts.
  // `shown`: the reason that the profile shows, to people who are not the server's.
  void Requeue(const std::string& reason, const std::string& shown, bool charged,
               std::chrono::milliseconds wait);

 private:
  // The user_profiles row, locked: what the end of a pass needs of it.
  struct LockedProfile {
    bool pending = false;  // requested again during the pass
    PublishedProfile published;
  };

  LockedProfile LockProfile();
  void StillThere();
  void Guard();
  void GuardPass();
  void InsertReply(const Reply& reply);
  void ShowPercent();
  void ReplaceChunksOf(const ChunkedConversation& conversation);
  void InsertChunks(const ChunkedConversation& conversation,
                    const std::vector<const Chunk*>& chunks);
  void ReplaceFacts(const std::vector<Fact>& facts);
  void KeepPresentVersion(const LockedProfile& profile);
  void DeleteRefusedReplies();
  void RecordFailure(const std::string& error, bool with_memory);
  std::string Cost();
  void EndPass(const char* state, const std::string& reason, bool again);
  std::string SetOptional(const char* column, const char* value) const;

  TakenPass pass_;
  std::string profiles_;  // the application's tables, qualified and quoted
  std::string conversations_;
  std::string chunks_;
  std::set<std::string> profile_columns_;
  bool memory_published_ = false;
  std::string summary_;
  Progress progress_;
  int calls_remembered_ = 0;
  std::chrono::steady_clock::time_point next_write_;
  std::chrono::steady_clock::time_point next_percent_;
};

}  // namespace soulprint
