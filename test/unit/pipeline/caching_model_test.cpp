// No question is paid for twice, and no answer that was paid for is lost.

#include "pipeline/caching_model.hpp"

#include <gtest/gtest.h>

#include "fakes.hpp"

namespace soulprint {
namespace {

Question Some(const std::string& material, int attempt = 0) {
  Question question;
  question.material = material;
  question.attempt = attempt;
  return question;
}

struct Remembered {
  FakeStore store;
  ScriptedModel inner;
  std::vector<std::string> taken;

  Remembered() {
    inner.answer = [](const Question& question) { return Text("re " + question.material); };
  }

  // Asks all; returns how many reached the model inside.
  int Ask(std::vector<Question> questions) {
    RememberedModel model(inner, store);
    const std::size_t before = inner.asked.size();
    std::size_t next = 0;
    model.Ask(
        [&]() -> std::optional<Question> {
          return next < questions.size() ? std::optional(questions[next++]) : std::nullopt;
        },
        [&](const Question&, const Answer& answer) { taken.push_back(answer.text); });
    EXPECT_EQ(taken.size(), questions.size());
    return static_cast<int>(inner.asked.size() - before);
  }
};

TEST(RememberedModel, ASecondTimeNothingIsAsked) {
  Remembered pass;
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 3);
  EXPECT_EQ(pass.store.replies.size(), 3U);
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 0);
  EXPECT_EQ(pass.taken, (std::vector<std::string>{"re a", "re b", "re c"}));
  EXPECT_EQ(pass.inner.asked.size(), 3U);
}

TEST(RememberedModel, OnlyWhatIsMissingIsAsked) {
  Remembered pass;
  pass.Ask({Some("b")});
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 2);
  EXPECT_EQ(pass.taken.size(), 3U);
}

TEST(RememberedModel, AnotherTryIsAnotherQuestion) {
  Remembered pass;
  pass.Ask({Some("a")});
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a", 1)}), 1);
}

TEST(RememberedModel, WhatWasPaidForIsRememberedAndNothingElse) {
  for (const auto& [answer, kept] :
       {std::pair(Refusal(), 1U), std::pair(CutOff(), 1U), std::pair(Text(""), 1U),
        std::pair(TooLong(), 0U), std::pair(Failure(), 0U), std::pair(NoAnswer(), 0U)}) {
    Remembered pass;
    pass.inner.script[Step::kFacts] = {answer};
    pass.Ask({Some("a")});
    EXPECT_EQ(pass.store.replies.size(), kept) << static_cast<int>(answer.outcome);
  }
}

TEST(RememberedModel, WhatEveryAnswerCostIsCountedOnce) {
  Remembered pass;
  Answer failed = Failure();
  failed.usage = {7, 0, 0.5};
  pass.inner.script[Step::kFacts] = {failed};
  for (int i = 0; i < 3; ++i) {
    pass.taken.clear();
    pass.Ask({Some("a")});
  }
  EXPECT_DOUBLE_EQ(pass.store.counted_cost, 0.501);
}

TEST(RememberedModel, TwinsInFlightArePaidForOnce) {
  Remembered pass;
  EXPECT_EQ(pass.Ask({Some("a"), Some("a"), Some("a"), Some("b"), Some("a")}), 2);
  EXPECT_EQ(pass.taken.size(), 5U);
}

TEST(RememberedModel, ATwinOfWhatFailedIsAskedItself) {
  Remembered pass;
  pass.inner.script[Step::kFacts] = {Failure()};
  EXPECT_EQ(pass.Ask({Some("a"), Some("a")}), 2);
  EXPECT_EQ(pass.taken, (std::vector<std::string>{"", "re a"}));
}

TEST(RememberedModel, AnswersThatFollowCloselyAreSavedInGroups) {
  Remembered pass;
  std::vector<Question> questions;
  for (int i = 0; i < 200; ++i) questions.push_back(Some(std::to_string(i)));
  pass.Ask(questions);
  EXPECT_EQ(pass.store.replies.size(), 200U);
  EXPECT_LT(pass.store.saved_groups.size(), 20U);
}

TEST(RememberedModel, ARememberedAnswerMayMakeMoreQuestions) {
  Remembered pass;
  pass.Ask({Some("a"), Some("b"), Some("c")});
  RememberedModel model(pass.inner, pass.store);
  std::vector<Question> queue = {Some("a")};
  model.Ask(
      [&]() -> std::optional<Question> {
        if (queue.empty()) return std::nullopt;
        Question question = queue.back();
        queue.pop_back();
        return question;
      },
      [&](const Question& question, const Answer&) {
        if (question.material == "a") queue.push_back(Some("b"));
        if (question.material == "b") queue.push_back(Some("new"));
      });
  EXPECT_EQ(pass.inner.asked.size(), 3U + 1U);
}

TEST(RememberedModel, AnAnswerIsNotLostWhenTakingItFails) {
  Remembered pass;
  RememberedModel model(pass.inner, pass.store);
  int asked = 0;
  EXPECT_THROW(model.Ask([&] { return std::optional(Some(std::to_string(asked++))); },
                         [&](const Question&, const Answer&) {
                           if (asked == 9) throw Error(sqlstate::kQueryCanceled, "canceled");
                         }),
               Error);
  EXPECT_EQ(pass.store.replies.size(), pass.inner.asked.size() - 3);  // 3 were in flight
}

TEST(RememberedModel, WhatWentWrongFirstIsWhatIsReported) {
  Remembered pass;
  RememberedModel model(pass.inner, pass.store);
  int taken = 0;
  try {
    model.Ask([&] { return std::optional(Some(std::to_string(taken))); },
              [&](const Question&, const Answer&) {
                if (++taken == 2) {
                  pass.store.owned = false;
                  throw Error(sqlstate::kQueryCanceled, "canceled");
                }
              });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "57014");
  }
}

TEST(RememberedModel, ACrashOfTheModelInsideLosesNothingThatCame) {
  Remembered pass;
  pass.inner.crash_after = 5;
  std::vector<Question> questions;
  for (int i = 0; i < 9; ++i) questions.push_back(Some(std::to_string(i)));
  EXPECT_THROW(pass.Ask(questions), Crash);
  EXPECT_EQ(pass.store.replies.size(), 5U);
}

TEST(RememberedModel, RefusingMarksTheAnswerEvenBeforeItWasSaved) {
  Remembered pass;
  RememberedModel model(pass.inner, pass.store);
  int asked = 0;
  model.Ask([&] { return asked++ < 5 ? std::optional(Some(std::to_string(asked))) : std::nullopt; },
            [&](const Question& question, const Answer&) { model.Refuse(question); });
  EXPECT_EQ(pass.store.Refused(), 5U);
  pass.store.ForgetRefused();
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("1")}), 1);
}

}  // namespace
}  // namespace soulprint
