// Merged facts ──► MEMORY: asks up to three times, then assembles it by rule.

#include "pipeline/facts_to_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/facts_document.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/reduce_facts.hpp"
#include "pipeline/tries.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr int kMemoryTries = 3;
constexpr int kMemoryTokens = 4096;
constexpr std::size_t kLeastFactTokens = 500;  // with less a model adds nothing

// The Markdown in an answer, without the code fence that may stand around it.
std::string_view WithoutCodeFence(std::string_view answer) {
  std::string_view text = Trim(answer);
  const std::size_t first_line = text.find('\n');
  if (text.starts_with("```") && text.ends_with("```") && first_line != std::string_view::npos) {
    text = text.substr(first_line, text.size() - first_line - 3);
  }
  return Trim(text);
}

Question MemoryQuestion(const std::vector<Fact>& facts) {
  Question question;
  question.step = Step::kMemory;
  question.material = FactsDocument(facts);
  question.instruction = Instruction(Step::kMemory);
  question.max_tokens = kMemoryTokens;
  question.temperature = 0.5;
  return question;
}

struct WrittenMemory {
  std::string memory_md;  // "" = no answer could be used
  bool too_long = false;
};

WrittenMemory AskForMemory(const std::vector<Fact>& facts, Model& model, Store& store) {
  Tries tries(MemoryQuestion(facts), kMemoryTries, Tries::Split::kTooLong);
  WrittenMemory written;
  Answer answer;
  const auto check = [&](const std::string& text) -> std::optional<std::string> {
    written.memory_md = InertMemory(WithoutCodeFence(text));
    const bool own_wording = tries.question().own_wording;
    if (IsPlaceholder(written.memory_md, facts.size(), own_wording)) return MemoryCorrection();
    return std::nullopt;
  };
  switch (tries.AskUntilGood(model, check, &answer)) {
    case Tries::Step::kRead:
      return written;
    case Tries::Step::kSplit:
      return {"", true};
    case Tries::Step::kUnanswered:
      ThrowUnanswered("MEMORY", answer.reason);
    default:
      // After a cut-off answer MEMORY is assembled by rule: the answers stay remembered.
      if (answer.outcome != Outcome::kCutOff) tries.Reject(store);
      return {};
  }
}

}  // namespace

Memory FactsToMemory(std::vector<Fact> facts, const MemoryLimits& limits, Model& model,
                     Store& store) {
  // Made now: reducing takes the facts.
  std::string by_rule = AssembleMemory(facts, limits.max_tokens);
  if (facts.empty()) return {std::move(by_rule)};
  int left_out = 0;
  MemoryLimits room = limits;
  while (true) {
    ReducedFacts reduced = ReduceFacts(std::move(facts), room, model, store);
    facts = std::move(reduced.facts);
    left_out += reduced.left_out;
    const WrittenMemory written = AskForMemory(facts, model, store);
    if (!written.memory_md.empty()) {
      return {CutMemory(written.memory_md, limits.max_tokens), left_out};
    }
    room.max_fact_tokens = std::min(room.max_fact_tokens, FactsTokens(facts)) / 2;
    if (!written.too_long || room.max_fact_tokens < kLeastFactTokens) break;
  }
  return {std::move(by_rule), left_out};
}

}  // namespace soulprint
