// No question is paid for twice, and no answer that was paid for is lost.

#include "pipeline/caching_model.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes.hpp"

namespace soulprint {
namespace {

Question Some(const std::string& material, int try_number = 0) {
  Question question;
  question.material = material;
  question.try_number = try_number;
  return question;
}

struct Caching {
  FakeStore store;
  ScriptedModel inner;
  std::vector<std::string> taken;

  Caching() {
    inner.answer = [](const Question& question) { return Text("re " + question.material); };
  }

  // Asks all; returns how many reached the model inside.
  int Ask(std::vector<Question> questions) {
    CachingModel model(store, [&](auto) { return Borrow(inner); });
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

TEST(CachingModel, ASecondTimeNothingIsAsked) {
  Caching pass;
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 3);
  EXPECT_EQ(pass.store.replies.size(), 3U);
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 0);
  EXPECT_EQ(pass.taken, (std::vector<std::string>{"re a", "re b", "re c"}));
  EXPECT_EQ(pass.inner.asked.size(), 3U);
}

TEST(CachingModel, OnlyWhatIsMissingIsAsked) {
  Caching pass;
  pass.Ask({Some("b")});
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a"), Some("b"), Some("c")}), 2);
  EXPECT_EQ(pass.taken.size(), 3U);
}

TEST(CachingModel, AnotherTryIsAnotherQuestion) {
  Caching pass;
  pass.Ask({Some("a")});
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("a", 1)}), 1);
}

TEST(CachingModel, WhatWasPaidForIsRememberedAndNothingElse) {
  for (const auto& [answer, kept] :
       {std::pair(Refusal(), 1U), std::pair(CutOff(), 1U), std::pair(Text(""), 1U),
        std::pair(TooLong(), 0U), std::pair(Failure(), 0U), std::pair(NoAnswer(), 0U)}) {
    Caching pass;
    pass.inner.script[Step::kFacts] = {answer};
    pass.Ask({Some("a")});
    EXPECT_EQ(pass.store.replies.size(), kept) << static_cast<int>(answer.outcome);
  }
}

TEST(CachingModel, WhatEveryAnswerCostIsCountedOnce) {
  Caching pass;
  Answer failed = Failure();
  failed.usage.requests = 1;
  failed.usage.cost_usd = 0.5;
  pass.inner.script[Step::kFacts] = {failed};
  for (int i = 0; i < 3; ++i) {
    pass.taken.clear();
    pass.Ask({Some("a")});
  }
  EXPECT_DOUBLE_EQ(pass.store.counted_cost, 0.501);
}

TEST(CachingModel, TwinsInFlightArePaidForOnce) {
  Caching pass;
  EXPECT_EQ(pass.Ask({Some("a"), Some("a"), Some("a"), Some("b"), Some("a")}), 2);
  EXPECT_EQ(pass.taken.size(), 5U);
}

TEST(CachingModel, ATwinOfWhatFailedIsAskedItself) {
  Caching pass;
  pass.inner.script[Step::kFacts] = {Failure()};
  EXPECT_EQ(pass.Ask({Some("a"), Some("a")}), 2);
  EXPECT_EQ(pass.taken, (std::vector<std::string>{"", "re a"}));
}

TEST(CachingModel, AnswersThatFollowCloselyAreSavedInGroups) {
  Caching pass;
  std::vector<Question> questions;
  for (int i = 0; i < 200; ++i) questions.push_back(Some(std::to_string(i)));
  pass.Ask(questions);
  EXPECT_EQ(pass.store.replies.size(), 200U);
  EXPECT_LT(pass.store.saved_groups.size(), 20U);
}

TEST(CachingModel, ARememberedAnswerMayMakeMoreQuestions) {
  Caching pass;
  pass.Ask({Some("a"), Some("b"), Some("c")});
  CachingModel model(pass.store, [&](auto) { return Borrow(pass.inner); });
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

TEST(CachingModel, AnAnswerIsNotLostWhenTakingItFails) {
  Caching pass;
  CachingModel model(pass.store, [&](auto) { return Borrow(pass.inner); });
  int asked = 0;
  EXPECT_THROW(model.Ask([&] { return std::optional(Some(std::to_string(asked++))); },
                         [&](const Question&, const Answer&) {
                           if (asked == 9) throw Error(sqlstate::kQueryCanceled, "canceled");
                         }),
               Error);
  EXPECT_EQ(pass.store.replies.size(), pass.inner.asked.size() - 3);  // 3 were in flight
}

TEST(CachingModel, WhatWentWrongFirstIsWhatIsReported) {
  Caching pass;
  CachingModel model(pass.store, [&](auto) { return Borrow(pass.inner); });
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

TEST(CachingModel, ACrashOfTheModelInsideLosesNothingThatCame) {
  Caching pass;
  pass.inner.crash_after = 5;
  std::vector<Question> questions;
  for (int i = 0; i < 9; ++i) questions.push_back(Some(std::to_string(i)));
  EXPECT_THROW(pass.Ask(questions), Crash);
  EXPECT_EQ(pass.store.replies.size(), 5U);
}

TEST(CachingModel, WhatAskGaveIsSavedWhenItReturnsAndCanBeRejected) {
  Caching pass;
  pass.Ask({Some("1"), Some("2")});
  for (const char* material : {"1", "2"}) pass.store.RejectReply(Some(material));
  EXPECT_EQ(pass.store.Rejected(), 2U);
  pass.store.ForgetRejected();
  pass.taken.clear();
  EXPECT_EQ(pass.Ask({Some("1")}), 1);
}

// Answers two questions, then only waits, until both answers are saved or ten seconds have passed.
class SilentModel : public Model {
 public:
  SilentModel(FakeStore& store, std::function<void()> idle)
      : store_(store), idle_(std::move(idle)) {}

  void Ask(const Next& next, const Take& take) override {
    using Clock = std::chrono::steady_clock;
    for (int i = 0; i < 2; ++i) take(next().value(), Text("x"));
    const Clock::time_point end = Clock::now() + std::chrono::seconds(10);
    while (store_.replies.size() < 2 && Clock::now() < end) idle_();
    EXPECT_EQ(store_.replies.size(), 2U);
  }

 private:
  FakeStore& store_;
  std::function<void()> idle_;
};

TEST(CachingModel, AnAnswerFollowedBySilenceIsSavedMeanwhile) {
  FakeStore store;
  CachingModel model(store, [&](std::function<void()> idle) {
    return std::make_unique<SilentModel>(store, std::move(idle));
  });
  int asked = 0;
  model.Ask([&] { return std::optional(Some(std::to_string(asked++))); },
            [](const Question&, const Answer&) {});
}

}  // namespace
}  // namespace soulprint
