// Counts what the passes over exports ask and what that costs; test/bench/cost builds and runs it.
//
// The pipeline asks what it would ask of a server.  Each question becomes the body that would be
// sent, and its tokens are counted: characters / 4 of the system prompt, the schema and the user
// message.  What stands before a cache_control, with the schema, is written to the cache once in a
// pass and read from then on, if it has 4,096 tokens.  Answers are assumed: 60 tokens for a
// question about facts and 90 for each 1,000 tokens of the user's own words in it, 2,000 for
// MEMORY, 1,500 for the sections.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "export/archive.hpp"
#include "fakes.hpp"
#include "llm/fence.hpp"
#include "llm/messages.hpp"
#include "pipeline/full_pass.hpp"
#include "util/error.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

// Claude Haiku 4.5, USD per million tokens.
constexpr const char* kModel = "claude-haiku-4-5-20251001";
constexpr double kInput = 1;
constexpr double kOutput = 5;
constexpr double kWritten = 1.25;
constexpr double kRead = 0.1;
constexpr std::size_t kLeastCached = 4096;

struct Count {
  std::size_t questions = 0, input = 0, written = 0, read = 0, output = 0;

  void operator+=(const Count& other) {
    questions += other.questions;
    input += other.input;
    written += other.written;
    read += other.read;
    output += other.output;
  }
  double Usd() const {
    return (kInput * input + kWritten * written + kRead * read + kOutput * output) / 1e6;
  }
  void Print(const std::string& what) const {
    std::printf("  %-28s %9zu %12zu %9zu %12zu %10zu %9.2f\n", what.c_str(), questions, input,
                written, read, output, Usd());
  }
};

using Counts = std::array<Count, kSteps.size()>;

// Everything that the user said in a question's document, whatever its form.
void UsersWords(const json& value, std::vector<std::string>* texts) {
  if (value.is_object() && value.value("role", json()) == "user" && value.contains("text")) {
    texts->push_back(value["text"]);
    return;
  }
  for (const json& item : value) {
    if (item.is_structured()) UsersWords(item, texts);
  }
}

class CountingModel : public Model {
 public:
  Counts counts{};

  void Ask(const Next& next, const Take& take) override {
    while (std::optional<Question> question = next()) {
      if (question->nudge) throw Error("XX000", "an answer of this bench was not understood");
      Count& count = counts[static_cast<std::size_t>(question->step)];
      CountInput(*question, &count);
      const bool facts = question->step == Step::kFacts;
      const Answer answer = facts ? Facts(*question, &count) : ScriptedModel::Sensible(*question);
      if (!facts) count.output += AssumedTokens(question->step, answer.text);
      take(*question, answer);
    }
  }

 private:
  void CountInput(const Question& question, Count* count) {
    const json body = json::parse(RequestBody(question, {}, NewNonce()));
    std::size_t before = question.schema.size();  // the cached part, in characters
    std::size_t after = 0;
    const json system = body.value("system", json(""));
    if (system.is_string()) {
      after += CountCharacters(system.get<std::string>());
    } else {
      for (const json& block : system) {
        std::size_t& part = block.contains("cache_control") ? before : after;
        part += CountCharacters(block.at("text").get<std::string>());
      }
    }
    for (const json& message : body.at("messages")) {
      after += CountCharacters(message.at("content").get<std::string>());
    }
    ++count->questions;
    const bool cached = system.is_array() && before / 4 >= kLeastCached;
    count->input += (cached ? after : before + after) / 4;
    if (cached)
      (kept_[static_cast<std::size_t>(question.step)]++ ? count->read : count->written) +=
          before / 4;
  }

  static std::size_t AssumedTokens(Step step, const std::string& answer) {
    if (step == Step::kMemory) return 2000;
    return step == Step::kSections ? 1500 : EstimateTokens(answer);
  }

  // A fact of 100 characters and as long a quote for each 50 tokens of the assumed answer.
  static Answer Facts(const Question& question, Count* count) {
    std::vector<std::string> texts;
    UsersWords(json::parse(question.material), &texts);
    std::size_t tokens = 0;
    for (const std::string& text : texts) tokens += EstimateTokens(text);
    const std::size_t output = 60 + tokens * 90 / 1000;
    count->output += output;
    json facts = json::array();
    for (const std::string& text : texts) {
      if (facts.size() == output / 50) break;
      const std::string first(FirstCharacters(text, 100));
      facts.push_back({{"quote", first}, {"text", first}});
    }
    return Text(json{{"preferences", facts}}.dump());
  }

  std::array<int, kSteps.size()> kept_{};
};

Counts PassOver(const char* path) {
  const int fd = open(path, O_RDONLY);
  if (fd < 0) throw Error("58P01", std::string("cannot open ") + path);
  FakeStore store;
  ImportLimits limits{};
  limits.max_conversation_bytes = std::size_t{32} << 20;
  ReadExport(
      {{}, fd}, {}, limits,
      [&](Conversation conversation) {
        if (conversation.messages.empty()) return;
        if (conversation.id.empty()) conversation.id = std::to_string(store.conversations.size());
        store.Add(std::move(conversation));
      },
      [] {});
  close(fd);
  CountingModel model;
  PassOptions options;
  options.model = kModel;
  RunFullPass(store, model, options);
  std::printf("%s: %zu conversations\n", path, store.conversations.size());
  return model.counts;
}

void Print(const Counts& counts) {
  Count all;
  for (const Step step : kSteps) {
    const Count& count = counts[static_cast<std::size_t>(step)];
    if (count.questions == 0) continue;
    count.Print(std::string(StepName(step)));
    all += count;
  }
  all.Print("all");
}

int Main(int count, char** paths) {
  std::printf("%-30s %9s %12s %9s %12s %10s %9s\n", "tokens", "questions", "input", "written",
              "read", "output", "USD");
  Counts all{};
  for (int i = 0; i < count; ++i) {
    const Counts counts = PassOver(paths[i]);
    Print(counts);
    for (std::size_t step = 0; step < all.size(); ++step) all[step] += counts[step];
  }
  if (count > 1) {
    std::printf("all %d\n", count);
    Print(all);
  }
  return 0;
}

}  // namespace
}  // namespace soulprint

int main(int argc, char** argv) {
  try {
    return soulprint::Main(argc - 1, argv + 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
