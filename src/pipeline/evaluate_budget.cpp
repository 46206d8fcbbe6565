#include "pipeline/evaluate_budget.hpp"

#include <optional>
#include <utility>

namespace soulprint {
namespace {

// Sent around every question: delimiters, JSON, a correction.
constexpr double kTokensAround = 300;
constexpr double kBytesPerToken = 3;
constexpr double kPerMillion = 1e6;

}  // namespace

double Budget::Estimate(const Question& question) const {
  double bytes = static_cast<double>(question.system.size() + question.material.size() +
                                     question.instruction.size() + question.schema.size());
  if (question.nudge) bytes += static_cast<double>(question.nudge->answer.size());
  return ((bytes / kBytesPerToken + kTokensAround) * prices_.input_usd +
          question.max_tokens * prices_.output_usd) /
         kPerMillion;
}

void Budget::Reserve(const Question& question) {
  const double estimate = Estimate(question);
  if (spent_ + reserved_ + estimate > usd_) {
    refused_ = true;
    throw BudgetSpent();
  }
  reserved_ += estimate;
}

void Budget::Settle(const Question& question, const Answer& answer) {
  reserved_ -= Estimate(question);
  spent_ += answer.usage.cost_usd;
}

BudgetModel::BudgetModel(std::unique_ptr<Model> inner, Budget& budget)
    : inner_(std::move(inner)), budget_(budget) {}

void BudgetModel::Ask(const Next& next, const Take& take) {
  budget_.ReleaseAll();
  inner_->Ask(
      [&] {
        std::optional<Question> question = next();
        if (question) budget_.Reserve(*question);
        return question;
      },
      [&](const Question& question, const Answer& answer) {
        budget_.Settle(question, answer);
        take(question, answer);
      });
}

}  // namespace soulprint
