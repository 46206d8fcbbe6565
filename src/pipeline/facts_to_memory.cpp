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

Answer AskOne(Model& model, const Question& question) {
  Answer given;
  bool asked = false;
  model.Ask(
      [&]() -> std::optional<Question> {
        return std::exchange(asked, true) ? std::nullopt : std::optional(question);
      },
      [&](const Question&, const Answer& answer) { given = answer; });
  return given;
}

Question MemoryQuestion(const std::vector<Fact>& facts, const Complete& complete) {
  Question question;
  question.step = Step::kMemory;
  question.material = FactsDocument(facts);
  question.instruction = Instruction(Step::kMemory);
  question.max_tokens = kMaxTokens;
  question.temperature = 0.5;
  complete(&question);
  return question;
}

struct Written {
  std::string memory_md;  // "" = no answer could be kept
  bool too_long = false;
};

Written AskForMemory(Question question, std::size_t facts, Model& model) {
  std::vector<Question> refused;
  while (question.attempt < kMaxTries) {
    const Answer answer = AskOne(model, question);
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
    refused.push_back(question);
    ++question.attempt;
    question.nudge = Nudge{Visible(answer.text), MemoryCorrection()};
  }
  // Only now: tries that led to a good one stay remembered, so that nothing is paid for twice.
  for (const Question& useless : refused) model.Refuse(useless);
  return {};
}

}  // namespace

std::string FactsToMemory(const std::vector<Fact>& facts, Model& model, const Complete& complete,
                          const MemoryLimits& limits, Progress* progress) {
  if (facts.empty()) return AssembleMemory(facts, limits.max_tokens);
  std::vector<Fact> material = facts;
  std::size_t room = limits.max_fact_tokens;
  while (true) {
    material = ReduceFacts(std::move(material), room, model, complete, limits, progress);
    progress->stage = "memory";
    const Written written =
        AskForMemory(MemoryQuestion(material, complete), material.size(), model);
    if (!written.memory_md.empty()) return CutMemory(written.memory_md, limits.max_tokens);
    room = std::min(room, FactsTokens(material)) / 2;
    if (!written.too_long || room < kLeastFactTokens) break;
  }
  return AssembleMemory(facts, limits.max_tokens);
}

}  // namespace soulprint
