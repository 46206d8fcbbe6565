// A Store in memory and a Model that answers by script, for tests of the route.
//
//   FakeStore store;
//   store.Add({.id = "c1", …});
//   ScriptedModel model;
//   model.script[Step::kMemory] = {Text("too short"), Refusal()};
//   CachingModel caching(store, [&](auto) { return Borrow(model); });
//   RunFullPass(store, caching, options);

#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/facts.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"
#include "util/error.hpp"

namespace soulprint {

// Stands for the death of the process: nothing in the route catches it.
struct Crash {};

inline Usage Took(std::int64_t output_tokens) {
  Usage usage;
  usage.requests = 1;
  usage.input_tokens = 100;
  usage.output_tokens = output_tokens;
  usage.cost_usd = 0.001;
  return usage;
}

inline Answer Text(std::string text) {
  return {Outcome::kAnswered, std::move(text), "", "", Took(10)};
}
inline Answer CutOff(std::string text = "{\"pref") {
  return {Outcome::kCutOff, std::move(text), "", "", Took(10)};
}
inline Answer Refusal() { return {Outcome::kRefused, "", "refused", "", Took(0)}; }
inline Answer TooLong() { return {Outcome::kTooLong, "", "prompt is too long", "", {}}; }
inline Answer Failure(std::string reason = "no answer") {
  return {Outcome::kFailed, "", std::move(reason), "", {}};
}
inline Answer NoAnswer() { return {Outcome::kUnanswered, "", "no answer", "", {}}; }

class FakeStore : public Store {
 public:
  struct KeptReply {
    Answer answer;
    bool rejected = false;
  };

  // Set by the test.
  std::map<std::string, Conversation> conversations;
  std::vector<Notes> notes;
  std::map<Step, std::string> prompts;
  StoredSections sections;
  std::set<std::string> forgotten;  // FactKeys
  std::vector<Fact> own_facts;
  bool owned = true;        // false = the pass is no longer this worker's
  int stop_at_report = -1;  // the number of the report that throws

  // Checked by the test.
  std::map<std::string, std::vector<Chunk>> chunk_rows;  // by conversation id
  std::map<std::string, KeptReply> replies;              // by try number and identity
  std::vector<Question> rejected;
  double counted_cost = 0;
  std::vector<std::size_t> saved_groups;  // sizes
  std::vector<Progress> reports;
  std::optional<std::string> memory_md;
  int memory_published = 0;
  std::optional<Profile> published;
  std::map<Step, int> prompt_reads;
  int conversation_reads = 0;

  void Add(Conversation conversation) {
    const std::string id = conversation.id;
    conversations[id] = std::move(conversation);
  }

  // Deletes the rejected replies, as the transaction that ends a failed pass does.
  void ForgetRejected() {
    std::erase_if(replies, [](const auto& reply) { return reply.second.rejected; });
  }

  std::size_t Rejected() const {
    return std::count_if(replies.begin(), replies.end(),
                         [](const auto& reply) { return reply.second.rejected; });
  }

  std::vector<std::string> ConversationIds() override {
    std::vector<std::string> ids;
    for (const auto& [id, conversation] : conversations) ids.push_back(id);
    std::stable_sort(ids.begin(), ids.end(), [&](const auto& a, const auto& b) {
      return conversations.at(a).created_at < conversations.at(b).created_at;
    });
    return ids;
  }

  std::optional<Conversation> ReadConversation(const std::string& id) override {
    ++conversation_reads;
    const auto found = conversations.find(id);
    if (found == conversations.end()) return std::nullopt;
    return found->second;
  }

  std::vector<Notes> ReadNotes() override { return notes; }

  void ReplaceChunks(const std::function<std::optional<ChunkedConversation>()>& next) override {
    RequireOwned();
    std::map<std::string, std::vector<Chunk>> rows;
    while (std::optional<ChunkedConversation> chunked = next()) {
      rows[chunked->conversation_id] = std::move(chunked->chunks);
    }
    chunk_rows = std::move(rows);
  }

  std::optional<std::string> OperatorPrompt(Step step) override {
    ++prompt_reads[step];
    const auto found = prompts.find(step);
    if (found == prompts.end()) return std::nullopt;
    return found->second;
  }

  std::optional<Answer> FindReply(const Question& question) override {
    const auto found = replies.find(Key(question));
    if (found == replies.end()) return std::nullopt;
    return found->second.answer;
  }

  void SaveReplies(const std::vector<Reply>& saved) override {
    RequireOwned();
    saved_groups.push_back(saved.size());
    for (const Reply& reply : saved) {
      counted_cost += reply.answer.usage.cost_usd;
      if (IsFinal(reply.answer.outcome)) replies[Key(reply.question)] = {reply.answer, false};
    }
  }

  void RejectReply(const Question& question) override {
    RequireOwned();
    rejected.push_back(question);
    const auto found = replies.find(Key(question));
    if (found != replies.end()) found->second.rejected = true;
  }

  std::vector<bool> FindForgotten(const std::vector<Fact>& facts) override {
    std::vector<bool> found;
    for (const Fact& fact : facts) found.push_back(forgotten.contains(FactKey(fact)));
    return found;
  }

  std::vector<Fact> ReadOwnFacts() override { return own_facts; }

  StoredSections ReadSections() override { return sections; }

  void PublishMemory(const std::string& text) override {
    RequireOwned();
    memory_md = text;
    ++memory_published;
  }

  void Publish(const Profile& profile) override {
    RequireOwned();
    published = profile;
    memory_md = profile.memory_md;
    if (!profile.sections) return;
    for (std::size_t i = 0; i < sections.size(); ++i) sections[i] = (*profile.sections)[i];
  }

  void Report(const Progress& progress) override {
    RequireOwned();
    if (static_cast<int>(reports.size()) == stop_at_report) {
      throw Canceled("canceled by an administrator");
    }
    reports.push_back(progress);
  }

  static std::string Key(const Question& question) {
    return std::to_string(question.try_number) + QuestionIdentity(question);
  }

 private:
  void RequireOwned() const {
    if (!owned) throw PassLost("the pass is no longer this worker's");
  }
};

// Answers each step from its `script`, in order, and then with `answer`.  Up to `in_flight`
// questions are open.  The last one asked is answered first, so that answers come out of order.
class ScriptedModel : public Model {
 public:
  // Set by the test.
  std::map<Step, std::deque<Answer>> script;
  std::function<Answer(const Question&)> answer = Sensible;
  std::size_t in_flight = 4;
  int crash_after = -1;  // answers, -1 = never

  // Checked by the test.
  std::vector<Question> asked;
  std::size_t most_in_flight = 0;

  int Asked(Step step) const {
    return static_cast<int>(std::count_if(asked.begin(), asked.end(),
                                          [&](const Question& q) { return q.step == step; }));
  }

  void Ask(const Next& next, const Take& take) override {
    std::vector<Question> open;
    while (true) {
      while (open.size() < in_flight) {
        std::optional<Question> question = next();
        if (!question) break;
        asked.push_back(*question);
        open.push_back(std::move(*question));
        most_in_flight = std::max(most_in_flight, open.size());
      }
      if (open.empty()) return;
      const Question question = std::move(open.back());
      open.pop_back();
      if (crash_after >= 0 && answered_++ >= crash_after) throw Crash();
      take(question, Answered(question));
    }
  }

  // Answers with one preference per note or message of the user, the given facts, a MEMORY, or five
  // sections.
  static Answer Sensible(const Question& question) {
    using nlohmann::json;
    switch (question.step) {
      case Step::kFacts: {
        json preferences = json::array();
        const json material = json::parse(question.material);
        for (const json& conversation : material["conversations"]) {
          for (const json& message : conversation["messages"]) {
            if (message["role"] == "assistant") continue;
            preferences.push_back({{"text", message["text"]}, {"quote", message["text"]}});
          }
        }
        return Text(json{{"preferences", preferences}}.dump());
      }
      case Step::kReduce:
        return Text(json::parse(question.material)["facts"].dump());
      case Step::kMemory:
        return Text(GoodMemory());
      case Step::kChanges:
        return Text(R"({"superseded": []})");
      case Step::kSections:
      case Step::kName:
      case Step::kEvaluate:
        break;
    }
    return Text(GoodSections("Kestrel"));
  }

  static std::string GoodMemory() {
    return "## Personal Facts\n\nNo data yet.\n\n## Preferences\n\n- Prefers short answers with a "
           "worked example in each of them\n"
           "- Drinks tea, never coffee\n\n## Projects\n\n- **Greenhouse** — rebuilding the old one "
           "behind the house (since March 2024)\n\n## Important Dates\n\nNo data yet.\n\n"
           "## Beliefs & Values\n\n- Thinks that tools should be repaired\n\n"
           "## Decisions & Context\n\nNo data yet.";
  }

  static std::string GoodSections(const std::string& ai_name) {
    const nlohmann::ordered_json sections = {
        {"soul", {{"communication_style", "brief"}, {"personality_traits", {"patient"}}}},
        {"identity", {{"ai_name", ai_name}, {"archetype", "gardener"}}},
        {"user", {{"name", "Ada"}, {"interests", {"gardening"}}}},
        {"agents", {{"response_style", "examples first"}, {"do_not", {"lecture"}}}},
        {"tools", {{"likely_usage", {"planning"}}, {"depth_preference", "deep"}}}};
    return sections.dump();
  }

 private:
  Answer Answered(const Question& question) {
    std::deque<Answer>& lines = script[question.step];
    if (lines.empty()) return answer(question);
    Answer line = std::move(lines.front());
    lines.pop_front();
    return line;
  }

  int answered_ = 0;
};

// A Model that owns nothing and forwards to `model`, for a Model that owns the one inside.
inline std::unique_ptr<Model> Borrow(Model& model) {
  class Borrowed : public Model {
   public:
    explicit Borrowed(Model& model) : model_(model) {}
    void Ask(const Next& next, const Take& take) override { model_.Ask(next, take); }

   private:
    Model& model_;
  };
  return std::make_unique<Borrowed>(model);
}

// A conversation of one user message and one answer for each of `user_texts`.
inline Conversation Talk(std::string id, std::int64_t day,
                         const std::vector<std::string>& user_texts) {
  Conversation conversation;
  conversation.id = id;
  conversation.title = "Talk " + id;
  conversation.created_at = day * 86400 * std::int64_t{1000000};
  for (const std::string& text : user_texts) {
    conversation.messages.push_back({"", Role::kUser, text, std::nullopt});
    conversation.messages.push_back({"", Role::kAssistant, "Noted.", std::nullopt});
  }
  return conversation;
}

}  // namespace soulprint
