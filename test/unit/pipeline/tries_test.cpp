// What follows an answer, case by case.

#include "pipeline/tries.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fakes.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using Step = Tries::Step;
using Split = Tries::Split;

Question Some() {
  Question question;
  question.step = soulprint::Step::kMemory;
  question.material = "m";
  question.max_tokens = 100;
  return question;
}

// The question as it comes back with its answer.
Question Completed(Question question) {
  question.system = "s";
  return question;
}

Step After(Tries* tries, const Answer& answer) {
  return tries->After(Completed(tries->question()), answer);
}

// The rejected tries: "number:max_tokens ".
std::string Rejected(const Tries& tries) {
  FakeStore store;
  tries.Reject(store);
  std::string rejected;
  for (const Question& question : store.rejected) {
    EXPECT_EQ(question.system, "s");  // else the store would not find the answer
    rejected +=
        std::to_string(question.try_number) + ":" + std::to_string(question.max_tokens) + " ";
  }
  return rejected;
}

TEST(Tries, OneAnswerOfEachOutcome) {
  for (const auto& [answer, step] :
       {std::pair(Text("x"), Step::kRead), std::pair(CutOff(), Step::kAgain),
        std::pair(TooLong(), Step::kSplit), std::pair(Refusal(), Step::kGiveUp),
        std::pair(Failure(), Step::kGiveUp), std::pair(NoAnswer(), Step::kUnanswered),
        std::pair(Answer{Outcome::kGivenUp, "", "", "", {}}, Step::kNone)}) {
    Tries tries(Some(), 1, Split::kTooLong);
    EXPECT_EQ(After(&tries, answer), step) << static_cast<int>(answer.outcome);
  }
}

TEST(Tries, ACutOffAnswerGetsTwiceTheRoomOnce) {
  Tries tries(Some(), 2, Split::kTooLong);
  EXPECT_EQ(After(&tries, CutOff()), Step::kAgain);
  EXPECT_EQ(tries.question().max_tokens, 200);
  EXPECT_EQ(tries.question().try_number, 0);
  EXPECT_FALSE(tries.question().nudge);
  EXPECT_EQ(After(&tries, CutOff()), Step::kGiveUp);
  EXPECT_EQ(Rejected(tries), "0:200 ");
}

TEST(Tries, WhetherItIsSplitIsTheOwnersChoice) {
  for (const auto& [split, too_long, cut_off] :
       {std::tuple(Split::kNever, Step::kGiveUp, Step::kGiveUp),
        std::tuple(Split::kTooLong, Step::kSplit, Step::kGiveUp),
        std::tuple(Split::kTooLongOrCutOff, Step::kSplit, Step::kSplit)}) {
    Tries tries(Some(), 2, split);
    EXPECT_EQ(After(&tries, TooLong()), too_long);
    EXPECT_EQ(After(&tries, CutOff()), Step::kAgain);
    EXPECT_EQ(After(&tries, CutOff()), cut_off);
  }
}

TEST(Tries, AnAnswerThatCannotBeUsedIsAskedForAgainWithACorrection) {
  Tries tries(Some(), 3, Split::kTooLong);
  EXPECT_EQ(After(&tries, Text("a\u202E")), Step::kRead);
  EXPECT_EQ(tries.AfterUseless("a\u202E", "better"), Step::kAgain);
  EXPECT_EQ(tries.question().try_number, 1);
  EXPECT_EQ(tries.question().nudge->answer, "a");  // without invisible characters
  EXPECT_EQ(tries.question().nudge->correction, "better");
  EXPECT_EQ(After(&tries, Text("b")), Step::kRead);
  EXPECT_EQ(tries.AfterUseless("b", "much better"), Step::kAgain);
  EXPECT_EQ(tries.question().nudge->answer, "b");
  EXPECT_EQ(After(&tries, Text("c")), Step::kRead);
  EXPECT_EQ(tries.AfterUseless("c", "still better"), Step::kGiveUp);
  EXPECT_EQ(Rejected(tries), "0:100 1:100 2:100 ");
}

TEST(Tries, ANudgeKeepsTheRoomAndMoreRoomKeepsTheNudge) {
  Tries tries(Some(), 2, Split::kTooLong);
  After(&tries, CutOff());
  After(&tries, Text("a"));
  tries.AfterUseless("a", "better");
  EXPECT_EQ(tries.question().max_tokens, 200);
  EXPECT_EQ(After(&tries, CutOff()), Step::kGiveUp);

  Tries other(Some(), 2, Split::kTooLong);
  After(&other, Text("a"));
  other.AfterUseless("a", "better");
  EXPECT_EQ(After(&other, CutOff()), Step::kAgain);
  EXPECT_EQ(other.question().nudge->correction, "better");
  EXPECT_EQ(other.question().try_number, 1);
}

// --- one question alone

struct Alone {
  FakeStore store;
  ScriptedModel model;
  Answer answer;

  explicit Alone(std::deque<Answer> answers) {
    model.script[soulprint::Step::kMemory] = std::move(answers);
  }

  Step Ask(Tries* tries) {
    const auto check = [](const std::string& text) -> std::optional<std::string> {
      return text == "good" ? std::nullopt : std::optional("not " + text);
    };
    return tries->AskUntilGood(model, check, &answer);
  }
};

TEST(Tries, AskingGoesOnUntilAnAnswerIsGood) {
  Alone alone({CutOff(), Text("bad"), Text("good")});
  Tries tries(Some(), 2, Split::kTooLong);
  EXPECT_EQ(alone.Ask(&tries), Step::kRead);
  EXPECT_EQ(alone.answer.text, "good");
  ASSERT_EQ(alone.model.asked.size(), 3U);
  EXPECT_EQ(alone.model.asked[2].nudge->correction, "not bad");
}

TEST(Tries, AskingEndsAfterTheLastTry) {
  Alone alone({Text("bad"), Text("worse"), Text("good")});
  Tries tries(Some(), 2, Split::kTooLong);
  EXPECT_EQ(alone.Ask(&tries), Step::kGiveUp);
  EXPECT_EQ(alone.answer.text, "worse");
  EXPECT_EQ(tries.useless().size(), 2U);
}

TEST(Tries, AskingEndsWithoutAnAnswer) {
  for (const auto& [last, step] :
       {std::pair(NoAnswer(), Step::kUnanswered), std::pair(Refusal(), Step::kGiveUp),
        std::pair(TooLong(), Step::kSplit)}) {
    Alone alone({Text("bad"), last});
    Tries tries(Some(), 3, Split::kTooLong);
    EXPECT_EQ(alone.Ask(&tries), step);
    EXPECT_EQ(alone.answer.outcome, last.outcome);
  }
}

TEST(Tries, NoAnswerIsWorthAnotherAttemptOfThePass) {
  try {
    ThrowUnanswered("MEMORY", "timeout");
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::kConnectionException);
    EXPECT_STREQ(error.what(), "the model gave no answer for MEMORY: timeout");
    EXPECT_EQ(error.hint(), kMissingIsAskedAgain);
  }
}

// --- many questions, rejected at the end

// Takes one answer, then throws.
class ThrowingModel : public Model {
 public:
  void Ask(const Next&, const Take& take) override {
    take(Some(), Text("useless"));
    throw Error(sqlstate::kConnectionException, "overloaded");
  }
};

TEST(Tries, UselessAnswersAreRejectedAlsoWhenAskingThrows) {
  ThrowingModel model;
  FakeStore store;
  std::vector<Question> rejected;
  const auto take = [&](const Question& question, const Answer&) { rejected.push_back(question); };
  try {
    AskThenReject(
        model, store, [] { return std::nullopt; }, take, rejected);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "overloaded");
  }
  EXPECT_EQ(store.rejected.size(), 1U);
  store.owned = false;
  EXPECT_THROW(AskThenReject(
                   model, store, [] { return std::nullopt; }, take, rejected),
               Error);
}

}  // namespace
}  // namespace soulprint
