// The identity of a question, and what requests cost.

#include "pipeline/model.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr double kMillion = 1e6;
constexpr double kWritten = 1.25;  // to the cache: times the input price
constexpr double kWrittenForAnHour = 2;
constexpr double kRead = 0.1;  // from it

}  // namespace

std::string_view StepName(Step step) {
  constexpr std::array<std::string_view, kSteps.size()> kNames = {
      "facts", "changes", "reduce", "memory", "sections", "name", "evaluate"};
  return kNames[static_cast<std::size_t>(step)];
}

void Usage::Add(const Usage& more) {
  requests += more.requests;
  retries += more.retries;
  refusals += more.refusals;
  lost += more.lost;
  input_tokens += more.input_tokens;
  cache_written_tokens += more.cache_written_tokens;
  cache_hour_tokens += more.cache_hour_tokens;
  cache_read_tokens += more.cache_read_tokens;
  output_tokens += more.output_tokens;
  cost_usd += more.cost_usd;
  lost_usd += more.lost_usd;
}

std::string FormatUsd(double usd) {
  std::array<char, 40> text{};
  const int decimals = usd < 1 ? 4 : 2;
  std::snprintf(text.data(), text.size(), "%.*f USD", decimals, usd);
  return text.data();
}

double MostCost(const RequestSize& request, const Prices& prices, double context_tokens) {
  const auto bytes = static_cast<double>(request.wording);
  const double wording = request.own_wording ? bytes / 2 : bytes;
  double tokens = static_cast<double>(request.bytes) + wording;
  if (context_tokens > 0) tokens = std::min(tokens, context_tokens);
  if (request.cached) {
    tokens += ((request.for_an_hour ? kWrittenForAnHour : kWritten) - 1) * wording;
  }
  return (tokens * prices.input_usd + request.max_tokens * prices.output_usd) / kMillion;
}

double CostOf(const Usage& usage, const Prices& prices) {
  const auto written = static_cast<double>(usage.cache_written_tokens);
  const auto read = static_cast<double>(usage.cache_read_tokens);
  const double plain = static_cast<double>(usage.input_tokens) - written - read;
  const auto hour = static_cast<double>(usage.cache_hour_tokens);
  const double charged =
      plain + kWritten * (written - hour) + kWrittenForAnHour * hour + kRead * read;
  return (charged * prices.input_usd +
          static_cast<double>(usage.output_tokens) * prices.output_usd) /
         kMillion;
}

std::string QuestionIdentity(const Question& question) {
  std::string identity;
  for (std::string_view field :
       {StepName(question.step), std::string_view(question.system),
        std::string_view(question.material), std::string_view(question.instruction),
        std::string_view(question.schema), std::string_view(question.model)}) {
    identity.append(std::to_string(field.size())).append(":").append(field);
  }
  identity += std::to_string(question.max_tokens) + " " + std::to_string(question.temperature);
  return CleanUtf8(identity);
}

}  // namespace soulprint
