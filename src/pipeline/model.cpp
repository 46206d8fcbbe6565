// The identity of a question.

#include "pipeline/model.hpp"

#include <array>
#include <cstddef>
#include <string>

#include "util/text.hpp"

namespace soulprint {

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
  cache_read_tokens += more.cache_read_tokens;
  output_tokens += more.output_tokens;
  cost_usd += more.cost_usd;
}

double CostOf(const Usage& usage, const Prices& prices) {
  constexpr double kMillion = 1e6;
  constexpr double kWritten = 1.25;  // times the input price
  constexpr double kRead = 0.1;
  const auto written = static_cast<double>(usage.cache_written_tokens);
  const auto read = static_cast<double>(usage.cache_read_tokens);
  const double plain = static_cast<double>(usage.input_tokens) - written - read;
  const double charged = plain + kWritten * written + kRead * read;
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
