// Completes questions, and estimates whether a completed question fits the model.

#include "pipeline/wording_model.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "pipeline/prompts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kContextTokens = 200000;

// A character outside ASCII counts as a whole token: other scripts need that many.
std::size_t CarefulTokens(std::string_view text) {
  const std::size_t ascii = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; }));
  return ascii / 4 + (CountCharacters(text) - ascii);
}

}  // namespace

WordingModel::WordingModel(Model& inner, Store& store, std::string model)
    : inner_(inner), model_(std::move(model)) {
  for (Step step : kSteps) {
    operator_prompts_[static_cast<std::size_t>(step)] = store.OperatorPrompt(step).value_or("");
  }
}

void WordingModel::Ask(const Next& next, const Take& take) {
  inner_.Ask(
      [&] {
        std::optional<Question> question = next();
        if (question) Complete(&*question);
        return question;
      },
      take);
}

bool WordingModel::SeemsTooLong(Question question) const {
  Complete(&question);
  return CarefulTokens(question.system) + CarefulTokens(question.material) +
             static_cast<std::size_t>(question.max_tokens) >
         kContextTokens;
}

void WordingModel::Complete(Question* question) const {
  const std::string& operator_prompt = operator_prompts_[static_cast<std::size_t>(question->step)];
  question->system = SystemPrompt(question->step, operator_prompt);
  question->own_wording = operator_prompt.empty();
  question->model = model_;
}

}  // namespace soulprint
