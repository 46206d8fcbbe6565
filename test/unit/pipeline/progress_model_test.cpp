// Progress is reported with every question and answer.

#include "pipeline/progress_model.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "fakes.hpp"

namespace soulprint {
namespace {

TEST(ProgressModel, TheStageIsTheStepOfTheQuestionAskedLast) {
  FakeStore store;
  ScriptedModel inner;
  inner.in_flight = 1;
  inner.answer = [](const Question&) { return Text("x"); };
  Progress progress;
  ProgressModel model(inner, store, progress);
  std::deque<Step> steps = {Step::kReduce, Step::kMemory};
  model.Ask(
      [&]() -> std::optional<Question> {
        if (steps.empty()) return std::nullopt;
        Question question;
        question.step = steps.front();
        steps.pop_front();
        return question;
      },
      [&](const Question&, const Answer&) { ++progress.facts; });
  std::string reports;
  for (const Progress& report : store.reports) {
    reports += std::string(StageName(report.stage)) + " " + std::to_string(report.facts) + "|";
  }
  EXPECT_EQ(reports, "reduce 0|reduce 1|memory 1|memory 2|memory 2|");
}

}  // namespace
}  // namespace soulprint
