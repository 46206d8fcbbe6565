#include "pipeline/evaluate_budget.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "fakes.hpp"

namespace soulprint {
namespace {

// 3 bytes are a token, 300 tokens come around it; a dollar a token.
constexpr Prices kDollar{1e6, 1e6};

Question Of(std::size_t bytes, int max_tokens) {
  Question question;
  question.step = Step::kEvaluate;
  question.material = std::string(bytes, 'x');
  question.max_tokens = max_tokens;
  return question;
}

Answer Costing(double usd) {
  Answer answer;
  answer.usage.cost_usd = usd;
  return answer;
}

TEST(Budget, EstimatesWhatARequestMayCost) {
  const Budget budget(1, {2, 10});
  Question question = Of(300, 50);
  EXPECT_DOUBLE_EQ(budget.Estimate(question), (400 * 2 + 50 * 10) / 1e6);
  question.system = std::string(30, 's');
  question.instruction = std::string(30, 'i');
  question.schema = std::string(30, 'j');
  question.nudge = Nudge{std::string(30, 'n'), ""};
  EXPECT_DOUBLE_EQ(budget.Estimate(question), (440 * 2 + 50 * 10) / 1e6);
}

TEST(Budget, SetsEstimatesAsideUntilTheyAreSettled) {
  Budget budget(1000, kDollar);
  budget.Reserve(Of(300, 100));  // 500
  budget.Reserve(Of(0, 200));    // 500
  EXPECT_FALSE(budget.refused());
  EXPECT_THROW(budget.Reserve(Of(0, 0)), BudgetSpent);
  EXPECT_TRUE(budget.refused());
  budget.Settle(Of(300, 100), Costing(150));
  EXPECT_DOUBLE_EQ(budget.spent(), 150);
  budget.Reserve(Of(0, 50));  // 350
  EXPECT_THROW(budget.Reserve(Of(0, 0)), BudgetSpent);
}

TEST(Budget, ANoughtAllowsNothing) {
  Budget budget(0, kDollar);
  EXPECT_THROW(budget.Reserve(Of(0, 0)), BudgetSpent);
  Budget free(0, {});
  free.Reserve(Of(3000, 3000));
  EXPECT_FALSE(free.refused());
}

TEST(BudgetModel, StopsBeforeTheQuestionThatIsTooMuch) {
  Budget budget(1200, kDollar);
  ScriptedModel inner;
  inner.answer = [](const Question&) { return Costing(250); };
  inner.in_flight = 1;
  BudgetModel model(Borrow(inner), budget);
  int taken = 0;
  EXPECT_THROW(model.Ask([] { return std::optional(Of(0, 100)); },
                         [&](const Question&, const Answer&) { ++taken; }),
               BudgetSpent);
  // 250 each: after four of them 200 are left, and the fifth may cost 400.
  EXPECT_EQ(taken, 4);
  EXPECT_DOUBLE_EQ(budget.spent(), 1000);
}

TEST(BudgetModel, WhatWasNeverAnsweredIsNotSetAsideForEver) {
  Budget budget(1000, kDollar);
  ScriptedModel inner;
  inner.crash_after = 0;
  BudgetModel model(Borrow(inner), budget);
  int left = 2;
  const auto next = [&]() -> std::optional<Question> {
    return left-- > 0 ? std::optional(Of(0, 200)) : std::nullopt;
  };
  EXPECT_THROW(model.Ask(next, [](const Question&, const Answer&) {}), Crash);
  inner.crash_after = -1;
  inner.answer = [](const Question&) { return Text(""); };
  left = 2;
  model.Ask(next, [](const Question&, const Answer&) {});
  EXPECT_FALSE(budget.refused());
}

}  // namespace
}  // namespace soulprint
