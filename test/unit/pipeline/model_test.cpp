// The identity of a question.

#include "pipeline/model.hpp"

#include <gtest/gtest.h>

#include <set>

namespace soulprint {
namespace {

Question Some() {
  Question question;
  question.system = "s";
  question.material = "m";
  question.instruction = "i";
  question.schema = "{}";
  question.model = "haiku";
  question.max_tokens = 2048;
  question.temperature = 0.3;
  return question;
}

TEST(Model, StepsAreNamedAsInTheTables) {
  EXPECT_EQ(StepName(Step::kFacts), "facts");
  EXPECT_EQ(StepName(Step::kReduce), "reduce");
  EXPECT_EQ(StepName(Step::kMemory), "memory");
  EXPECT_EQ(StepName(Step::kSections), "sections");
}

TEST(Model, EverythingThatDecidesTheAnswerIsInTheIdentity) {
  std::set<std::string> identities = {QuestionIdentity(Some())};
  const auto add = [&](auto change) {
    Question question = Some();
    change(question);
    identities.insert(QuestionIdentity(question));
  };
  add([](Question& q) { q.step = Step::kMemory; });
  add([](Question& q) { q.system = "S"; });
  add([](Question& q) { q.material = "M"; });
  add([](Question& q) { q.instruction = "I"; });
  add([](Question& q) { q.schema = ""; });
  add([](Question& q) { q.model = "opus"; });
  add([](Question& q) { q.max_tokens = 4096; });
  add([](Question& q) { q.temperature = 0.5; });
  EXPECT_EQ(identities.size(), 9U);
}

TEST(Model, FieldsCannotRunIntoEachOther) {
  Question one = Some();
  Question other = Some();
  one.system = "a\",\"b";
  one.material = "c";
  other.system = "a";
  other.material = "b\",\"c";
  EXPECT_NE(QuestionIdentity(one), QuestionIdentity(other));
}

TEST(Model, TagTryNumberAndNudgeAreNotInTheIdentity) {
  Question question = Some();
  question.tag = 7;
  question.try_number = 1;
  question.nudge = Nudge{"bad", "again"};
  EXPECT_EQ(QuestionIdentity(question), QuestionIdentity(Some()));
}

TEST(Model, BrokenUtf8HasAnIdentityToo) {
  Question question = Some();
  question.material = "\xff\xc3";
  EXPECT_NE(QuestionIdentity(question), "");
}

TEST(Model, TheMostThatARequestCanCost) {
  const Prices prices = {1, 5};
  RequestSize request{.bytes = 1000, .wording = 2000, .max_tokens = 100};
  EXPECT_DOUBLE_EQ(MostCost(request, prices, 0), (1000 + 1000 + 500) * 1e-6);
  request.cached = true;
  EXPECT_DOUBLE_EQ(MostCost(request, prices, 0), (1000 + 1250 + 500) * 1e-6);
  request.for_an_hour = true;
  EXPECT_DOUBLE_EQ(MostCost(request, prices, 0), (1000 + 2000 + 500) * 1e-6);
  request.for_an_hour = false;
  request.own_wording = false;
  EXPECT_DOUBLE_EQ(MostCost(request, prices, 0), (1000 + 2500 + 500) * 1e-6);
  request.bytes = 1'000'000;
  EXPECT_DOUBLE_EQ(MostCost(request, prices, 200'000), (200'000 + 500 + 500) * 1e-6);
}

TEST(Model, SmallAmountsAreShownToTheHundredthOfACent) {
  EXPECT_EQ(FormatUsd(0.0042), "0.0042 USD");
  EXPECT_EQ(FormatUsd(12.5), "12.50 USD");
}

}  // namespace
}  // namespace soulprint
