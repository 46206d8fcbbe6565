// Reports before a question is asked and after its answer has been taken.

#include "pipeline/progress_model.hpp"

#include <optional>

namespace soulprint {
namespace {

Stage StageOf(Step step) {
  switch (step) {
    case Step::kFacts:
      return Stage::kFacts;
    case Step::kChanges:
    case Step::kReduce:
      return Stage::kReduce;
    case Step::kMemory:
      return Stage::kMemory;
    case Step::kSections:
    case Step::kName:
    case Step::kEvaluate:
      break;
  }
  return Stage::kSections;
}

}  // namespace

void ProgressModel::Ask(const Next& next, const Take& take) {
  inner_.Ask(
      [&] {
        std::optional<Question> question = next();
        if (question) progress_.stage = StageOf(question->step);
        store_.Report(progress_);
        return question;
      },
      [&](const Question& question, const Answer& answer) {
        take(question, answer);
        store_.Report(progress_);
      });
}

}  // namespace soulprint
