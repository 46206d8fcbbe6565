#include "llm/usage.hpp"

namespace soulprint {

Usage UsageOf(const HttpResponse& response, const Classified& classified, Prices prices) {
  const Tokens& tokens = classified.tokens;
  Usage usage;
  usage.requests = 1;
  usage.refusals = classified.outcome == Outcome::kRefused ? 1 : 0;
  usage.input_tokens = tokens.input + tokens.cache_written + tokens.cache_read;
  usage.cache_written_tokens = tokens.cache_written;
  usage.cache_read_tokens = tokens.cache_read;
  usage.output_tokens = tokens.output;
  usage.cost_usd = CostOf(usage, prices);
  const bool untold = usage.input_tokens + usage.output_tokens == 0;
  usage.lost = classified.disposition == Disposition::kResend && response.sent && untold ? 1 : 0;
  return usage;
}

Usage UsageOfGivenUp() {
  Usage usage;
  usage.requests = 1;
  usage.lost = 1;
  return usage;
}

double InputTokens(const Question& question) {
  return static_cast<double>(question.material.size() + question.instruction.size()) / 4;
}

Load LoadOf(const Tokens& tokens, const Load& load) {
  if (tokens.input + tokens.cache_written + tokens.output == 0) return load;
  return {1, static_cast<double>(tokens.input + tokens.cache_written),
          static_cast<double>(tokens.output)};
}

}  // namespace soulprint
