// What a question is known by.

#include "pipeline/model.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace soulprint {

std::string_view StepName(Step step) {
  constexpr std::array<std::string_view, 4> kNames = {"facts", "reduce", "memory", "sections"};
  return kNames[static_cast<std::size_t>(step)];
}

std::string QuestionIdentity(const Question& question) {
  const nlohmann::json identity = {std::string(StepName(question.step)),
                                   question.system,
                                   question.material,
                                   question.instruction,
                                   question.schema,
                                   question.model,
                                   question.max_tokens,
                                   question.temperature};
  return identity.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace soulprint
