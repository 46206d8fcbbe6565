#include "pipeline/later.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pipeline/facts_document.hpp"
#include "pipeline/memory_limits.hpp"
#include "pipeline/sample.hpp"
#include "util/dump_json.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kAroundFact = 16;  // bytes: a comma, a number
constexpr std::size_t kWording = 12000;  // bytes of a question's prompt and schema
constexpr std::size_t kMemoryBytes = 30000;
constexpr int kLaterAnswerTokens = 4096;  // about changes, and of MEMORY
constexpr int kReducedTokens = 16384;
constexpr int kSectionTokens = 8192;
constexpr int kNameAnswerTokens = 200;

}  // namespace

std::size_t FactBytes(const Fact& fact) { return DumpJson(FactItem(fact)).size() + kAroundFact; }

std::size_t SampleBytes(double chunk_bytes, double chunk_tokens) {
  const double most = static_cast<double>(kLargestSample.characters) / 4;  // tokens
  const double share = std::min(1.0, most / std::max(chunk_tokens, 1.0));
  return static_cast<std::size_t>(chunk_bytes * share);
}

std::vector<RequestSize> LaterQuestions(std::size_t fact_bytes, std::size_t sample_bytes) {
  const MemoryLimits limits;
  std::vector<RequestSize> questions;
  // In batches of about so many bytes.
  const auto add = [&](std::size_t batch, int max_tokens) {
    for (std::size_t left = fact_bytes; left > 0; left -= std::min(left, batch)) {
      questions.push_back({std::min(left, batch), kWording, true, true, max_tokens});
    }
  };
  add(4 * limits.changes_tokens, kLaterAnswerTokens);
  std::size_t in_memory = fact_bytes;
  if (fact_bytes > 4 * limits.max_fact_tokens) {
    add(4 * limits.batch_tokens, kReducedTokens);
    in_memory = 4 * limits.max_fact_tokens;
  }
  questions.push_back({in_memory, kWording, true, true, kLaterAnswerTokens});
  questions.push_back({sample_bytes + kMemoryBytes, kWording, true, false, kSectionTokens});
  questions.push_back({kMemoryBytes, kWording, true, true, kNameAnswerTokens});
  return questions;
}

}  // namespace soulprint
