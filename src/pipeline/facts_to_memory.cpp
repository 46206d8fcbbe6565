// Merged facts ──► MEMORY: asked for up to three times, assembled by rule when no answer will do.

#include "pipeline/facts_to_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/memory_text.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/reduce_facts.hpp"
#include "util/error.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr int kMaxTries = 3;
constexpr int kMaxTokens = 4096;
constexpr std::size_t kLeastFactTokens = 500;  // below that a model is of no use

// The Markdown in an answer, which may stand in a fence.
std::string_view WithoutFence(std::string_view answer) {
  std::string_view text = Trim(answer);
  const std::size_t first_line = text.find('\n');
  if (text.starts_with("```") && text.ends_with("```") && first_line != std::string_view::npos) {
    text = text.substr(first_line, text.size() - first_line - 3);
  }
  return Trim(text);
}

Reply AskOne(Model& model, const Question& question) {
  Reply reply;
  bool asked = false;
  model.Ask(
      [&]() -> std::optional<Question> {
        return std::exchange(asked, true) ? std::nullopt : std::optional(question);
      },
      [&](const Question& asked, const Answer& answer) {
        reply = {asked, answer};
      });
  return reply;
}

Question MemoryQuestion(const std::vector<Fact>& facts) {
  Question question;
  question.step = Step::kMemory;
  question.material = FactsDocument(facts);
  question.instruction = Instruction(Step::kMemory);
  question.max_tokens = kMaxTokens;
  question.temperature = 0.5;
  return question;
}

struct Written {
  std::string memory_md;  // "" = no answer could be kept
  bool too_long = false;
};

Written AskForMemory(Question question, std::size_t facts, Model& model, Store& store) {
  std::vector<Question> rejected;
  while (question.try_number < kMaxTries) {
    const auto [asked, answer] = AskOne(model, question);
    if (answer.outcome == Outcome::kTooLong) return {"", true};
    if (answer.outcome == Outcome::kCutOff && question.max_tokens == kMaxTokens) {
      question.max_tokens = 2 * kMaxTokens;
      continue;
    }
    if (answer.outcome == Outcome::kUnanswered) {
      throw Error(sqlstate::kConnectionException,
                  "the model gave no answer for MEMORY: " + answer.reason, "",
                  "The next attempt asks only for what is missing.");
    }
    if (answer.outcome != Outcome::kAnswered) break;
    std::string memory_md = InertMemory(WithoutFence(answer.text));
    if (!IsPlaceholder(memory_md, facts)) return {std::move(memory_md), false};
    rejected.push_back(asked);
    ++question.try_number;
    question.nudge = Nudge{Visible(answer.text), MemoryCorrection()};
  }
  // Only now: tries that led to a good one stay remembered, so that nothing is paid for twice.
  for (const Question& useless : rejected) store.RejectReply(useless);
  return {};
}

}  // namespace

Memory FactsToMemory(const std::vector<Fact>& facts, const MemoryLimits& limits, Model& model,
                     Store& store) {
  if (facts.empty()) return {AssembleMemory(facts, limits.max_tokens)};
  int left_out = 0;
  std::vector<Fact> material = facts;
  MemoryLimits room = limits;
  while (true) {
    ReducedFacts reduced = ReduceFacts(std::move(material), room, model, store);
    material = std::move(reduced.facts);
    left_out += reduced.left_out;
    const Written written = AskForMemory(MemoryQuestion(material), material.size(), model, store);
    if (!written.memory_md.empty()) {
      return {CutMemory(written.memory_md, limits.max_tokens), left_out};
    }
    room.max_fact_tokens = std::min(room.max_fact_tokens, FactsTokens(material)) / 2;
    if (!written.too_long || room.max_fact_tokens < kLeastFactTokens) break;
  }
  return {AssembleMemory(facts, limits.max_tokens), left_out};
}

}  // namespace soulprint
