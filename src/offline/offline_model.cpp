#include "offline/offline_model.hpp"

#include <string>

#include "offline/facts.hpp"
#include "offline/memory.hpp"
#include "offline/sections.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

std::string AnswerText(const Question& question) {
  switch (question.step) {
    case Step::kFacts:
      return AnswerFacts(question.material);
    case Step::kReduce:
      return AnswerReduce(question.material);
    case Step::kMemory:
      return AnswerMemory(question.material);
    case Step::kSections:
      return AnswerSections(question.material);
    case Step::kChanges:
      return AnswerChanges(question.material);
    case Step::kName:
      return AnswerName(question.material);
    case Step::kEvaluate:
      break;
  }
  return "";
}

Answer Failed(std::string reason) {
  Answer answer;
  answer.outcome = Outcome::kFailed;
  answer.reason = std::move(reason);
  return answer;
}

Answer AnswerTo(const Question& question) {
  if (!question.own_wording) {
    return Failed(
        "the offline model works by rules and cannot follow the wording in soulprint.prompts for "
        "step \"" +
        std::string(StepName(question.step)) + "\": delete that row or use another provider");
  }
  try {
    Answer answer;
    answer.text = AnswerText(question);
    return answer;
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kQueryCanceled) throw;
    return Failed(std::string(error.what()) +
                  (error.detail().empty() ? "" : ": " + error.detail()));
  }
}

}  // namespace

void OfflineModel::Ask(const Next& next, const Take& take) {
  while (const std::optional<Question> question = next()) take(*question, AnswerTo(*question));
}

}  // namespace soulprint
