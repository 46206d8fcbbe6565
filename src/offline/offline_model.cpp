#include "offline/offline_model.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "offline/answers.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

std::string AnswerText(const Question& question) {
  switch (question.step) {
    case Step::kFacts:
      return AnswerFacts(question.material);
    case Step::kChanges:
      return AnswerChanges(question.material);
    case Step::kReduce:
      return AnswerReduce(question.material);
    case Step::kMemory:
      return AnswerMemory(question.material);
    case Step::kSections:
      return AnswerSections(question.material);
    case Step::kName:
      return AnswerName(question.material);
    case Step::kEvaluate:
      break;
  }
  throw Error(sqlstate::kFeatureNotSupported, "the offline model cannot judge a profile");
}

Answer AnswerTo(const Question& question) {
  Answer answer;
  try {
    if (!question.own_wording) {
      throw Error(
          sqlstate::kFeatureNotSupported,
          Format("the offline model works by rules and cannot follow the wording in "
                 "soulprint.prompts for step \"{}\": delete that row or use another provider",
                 StepName(question.step)));
    }
    answer.text = AnswerText(question);
  } catch (const nlohmann::json::exception& e) {
    answer.outcome = Outcome::kFailed;
    answer.reason = std::string("material of the question cannot be read: ") + e.what();
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kQueryCanceled) throw;
    answer.outcome = Outcome::kFailed;
    answer.reason = error.what();
  }
  return answer;
}

}  // namespace

void OfflineModel::Ask(const Next& next, const Take& take) {
  while (const std::optional<Question> question = next()) take(*question, AnswerTo(*question));
}

}  // namespace soulprint
