#include "llm/usage.hpp"

#include "llm/messages.hpp"

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
  const bool is_answer = classified.disposition == Disposition::kDone && classified.status >= 200 &&
                         classified.status < 300;
  const bool untold = usage.input_tokens + usage.output_tokens == 0 ||
                      (usage.output_tokens == 0 && !classified.text.empty());
  const bool billed = is_answer || classified.disposition == Disposition::kResend;
  usage.lost = billed && response.sent && untold ? 1 : 0;
  return usage;
}

Usage UsageOfGivenUp() {
  Usage usage;
  usage.requests = 1;
  usage.lost = 1;
  return usage;
}

}  // namespace soulprint
