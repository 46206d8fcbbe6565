#include "llm/usage.hpp"

#include <algorithm>

#include "llm/capabilities.hpp"
#include "llm/messages.hpp"

namespace soulprint {

double MostUsd(const Question& question, std::size_t body_bytes, const Prices& prices,
               bool for_an_hour) {
  const std::size_t wording = std::min(question.system.size(), body_bytes);
  const bool cached = !question.instruction.empty();  // as messages.cpp marks it
  return MostCost({body_bytes - wording, wording, question.own_wording, cached, question.max_tokens,
                   for_an_hour},
                  prices, CapabilitiesOf(question.model).context_tokens);
}

double LaterUsd(const Question& question, const Prices& prices) {
  double usd = 0;
  for (const RequestSize& request : question.later) {
    usd += MostCost(request, prices, CapabilitiesOf(question.model).context_tokens);
  }
  return usd;
}

Usage UsageOf(const HttpResponse& response, const Classified& classified, const Prices& prices,
              double most) {
  const Tokens& tokens = classified.tokens;
  Usage usage;
  usage.requests = 1;
  usage.refusals = classified.outcome == Outcome::kRefused ? 1 : 0;
  usage.input_tokens = tokens.input + tokens.cache_written + tokens.cache_read;
  usage.cache_written_tokens = tokens.cache_written;
  usage.cache_hour_tokens = tokens.cache_hour;
  usage.cache_read_tokens = tokens.cache_read;
  usage.output_tokens = tokens.output;
  usage.cost_usd = CostOf(usage, prices);
  const bool is_answer = classified.disposition == Disposition::kDone && classified.status >= 200 &&
                         classified.status < 300;
  const bool untold = usage.input_tokens + usage.output_tokens == 0 ||
                      (usage.output_tokens == 0 && !classified.text.empty());
  const bool billed = is_answer || classified.disposition == Disposition::kResend;
  usage.lost = billed && response.sent && untold ? 1 : 0;
  if (usage.lost > 0) usage.lost_usd = std::max(most - usage.cost_usd, 0.0);
  return usage;
}

Usage UsageOfGivenUp(double most) {
  Usage usage;
  usage.requests = 1;
  usage.lost = 1;
  usage.lost_usd = most;
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
