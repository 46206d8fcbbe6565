#include "pipeline/evaluate_profile.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/progress.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// Thrown by a Store whose pass need not go on.
struct MemoryIsMade {};

// Far more than the tries of any question.
constexpr int kOnceMore = 1000;

// Reads all but the newest conversations and keeps in memory what a pass publishes.
class Rehearsal : public Store {
 public:
  Rehearsal(Store& store, std::size_t left_out, bool only_memory)
      : store_(store), left_out_(left_out), only_memory_(only_memory) {}

  Profile profile;

  std::vector<std::string> ConversationIds() override {
    std::vector<std::string> ids = store_.ConversationIds();
    ids.resize(ids.size() - std::min(ids.size(), left_out_));
    return ids;
  }
  std::optional<Conversation> ReadConversation(const std::string& id) override {
    return store_.ReadConversation(id);
  }
  // Notes may tell what the conversations say that are left out.
  std::vector<Notes> ReadNotes() override { return {}; }
  void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) override {
    while (next()) CheckForInterrupts();
  }
  std::optional<std::string> OperatorPrompt(Step step) override {
    return store_.OperatorPrompt(step);
  }
  std::optional<Answer> FindReply(const Question& question) override {
    return store_.FindReply(question);
  }
  void SaveReplies(const std::vector<Reply>& replies) override { store_.SaveReplies(replies); }
  // A rejected answer stays remembered: asking again is free.
  void RejectReply(const Question&) override {}
  std::vector<bool> FindForgotten(const std::vector<Fact>& facts) override {
    return store_.FindForgotten(facts);
  }
  // What is asked for comes from the conversations.
  std::vector<Fact> ReadOwnFacts() override { return {}; }
  // The stored ones know the conversations that are left out.
  StoredSections ReadSections() override { return {}; }
  void PublishMemory(const std::string& memory_md) override {
    profile.memory_md = memory_md;
    if (only_memory_) throw MemoryIsMade();
  }
  void Publish(const Profile& published) override { profile = published; }
  void Report(const Progress& progress) override { store_.Report(progress); }

 private:
  Store& store_;
  std::size_t left_out_;
  bool only_memory_;
};

// Asks for another try of the questions about MEMORY.
class OnceMore : public Model {
 public:
  explicit OnceMore(Model& inner) : inner_(inner) {}

  void Ask(const Next& next, const Take& take) override {
    inner_.Ask(
        [&] {
          std::optional<Question> question = next();
          if (question && question->step == Step::kMemory) question->try_number += kOnceMore;
          return question;
        },
        [&](const Question& asked, const Answer& answer) {
          Question question = asked;
          if (question.step == Step::kMemory) question.try_number -= kOnceMore;
          take(question, answer);
        });
  }

 private:
  Model& inner_;
};

}  // namespace

Profile ProfileWithout(std::size_t left_out, Store& store, Model& model, PassOptions options) {
  options.require_sections = false;
  Rehearsal rehearsal(store, left_out, false);
  RunFullPass(rehearsal, model, options);
  return std::move(rehearsal.profile);
}

std::string MemoryOnceMore(std::size_t left_out, Store& store, Model& model,
                           const PassOptions& options) {
  Rehearsal rehearsal(store, left_out, true);
  OnceMore once_more(model);
  try {
    RunFullPass(rehearsal, once_more, options);
  } catch (const MemoryIsMade&) {
  }
  return rehearsal.profile.memory_md;
}

std::vector<std::string> Bullets(const std::string& memory_md) {
  std::vector<std::string> bullets;
  std::string_view rest = memory_md;
  while (!rest.empty()) {
    CheckForInterrupts();
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = Trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with("- ") && !line.starts_with("* ")) continue;
    if (const std::string_view text = Trim(line.substr(2)); !text.empty()) {
      bullets.emplace_back(text);
    }
  }
  return bullets;
}

}  // namespace soulprint
