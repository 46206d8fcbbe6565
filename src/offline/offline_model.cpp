#include "offline/offline_model.hpp"

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "offline/answers.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

// In the order of Step; it cannot judge a profile.
constexpr std::array<std::string (*)(std::string_view), kSteps.size()> kAnswers = {
    AnswerFacts, AnswerChanges, AnswerReduce, AnswerMemory, AnswerSections, AnswerName, nullptr};

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
    const auto answer_to = kAnswers[static_cast<std::size_t>(question.step)];
    if (answer_to == nullptr) {
      throw Error(sqlstate::kFeatureNotSupported, "the offline model cannot judge a profile");
    }
    answer.text = answer_to(question.material);
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
