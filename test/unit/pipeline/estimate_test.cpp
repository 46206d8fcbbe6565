// What a pass will take.

#include "pipeline/estimate.hpp"

#include <gtest/gtest.h>

#include "fakes.hpp"

namespace soulprint {
namespace {

constexpr Prices kPrices{1, 5};

Outlook Unread(double questions) {
  Outlook outlook;
  outlook.all = {questions, 1000 * questions, questions, 5000, 2000 * questions};
  outlook.unread = outlook.all;
  return outlook;
}

TEST(Estimate, TheWordingIsWrittenOnceAndReadByTheOthers) {
  Outlook outlook = Unread(11);
  outlook.rest_remembered = true;
  const PassEstimate estimate = EstimatePass(outlook, kPrices, 10);
  EXPECT_EQ(estimate.questions, 11);
  EXPECT_EQ(estimate.usage.input_tokens, 11 * 2000 + 11 * 5000);
  EXPECT_EQ(estimate.usage.output_tokens, 11 * 300);
  EXPECT_NEAR(estimate.usage.cost_usd,
              (11 * 2000 + 1.25 * 5000 + 0.1 * 10 * 5000 + 5.0 * 11 * 300) / 1e6, 1e-9);
}

TEST(Estimate, TheRestIsThreeQuestionsOfBoundedSize) {
  Outlook outlook = Unread(0);
  outlook.all.text_tokens = 1e9;
  outlook.fact_tokens = 100;
  const PassEstimate estimate = EstimatePass(outlook, kPrices, 10);
  EXPECT_EQ(estimate.questions, 3);
  EXPECT_LT(estimate.usage.input_tokens, 160'000);
  EXPECT_GT(estimate.usage.cost_usd, 0.15);
}

TEST(Estimate, ToldAnswersTakeThePlaceOfTheUsualSize) {
  Outlook outlook = Unread(1);
  outlook.rest_remembered = true;
  outlook.answer_tokens = 50;
  EXPECT_EQ(EstimatePass(outlook, kPrices, 10).usage.output_tokens, 50);
}

TEST(Estimate, ManyAtATimeTakeLessTime) {
  const Outlook outlook = Unread(100);
  EXPECT_GT(EstimatePass(outlook, kPrices, 1).duration,
            EstimatePass(outlook, kPrices, 10).duration);
}

TEST(Estimate, NothingIsToBeAskedWhereAllIsRemembered) {
  Outlook outlook = Unread(0);
  outlook.rest_remembered = true;
  const PassEstimate estimate = EstimatePass(outlook, kPrices, 10);
  EXPECT_EQ(estimate.questions, 0);
  EXPECT_EQ(estimate.usage.cost_usd, 0);
  EXPECT_EQ(estimate.duration.count(), 0);
}

TEST(Estimate, CountsWithoutWriting) {
  FakeStore store;
  Conversation conversation;
  conversation.id = "c1";
  conversation.messages = {{"", Role::kUser, "I live in Rome.", {}},
                           {"", Role::kAssistant, "I see.", {}}};
  store.Add(conversation);
  const FactsQuestions counts = CountFactsQuestions({"c1", "gone"}, store, "m");
  EXPECT_EQ(counts.chunks, 1);
  EXPECT_EQ(counts.questions, 1);
  EXPECT_GT(counts.prefix_tokens, 4096);
  EXPECT_GT(counts.more_tokens, 10);
  EXPECT_TRUE(store.replies.empty());
}

TEST(Estimate, ALimitCoversAShareOfTheChunks) {
  const Outlook outlook = Unread(1000);
  const double whole = EstimatePass(outlook, kPrices, 10).usage.cost_usd;
  EXPECT_EQ(CoverageFor(2 * whole, outlook, kPrices, 200'000), 1);
  const double half = CoverageFor(whole / 2, outlook, kPrices, 200'000);
  EXPECT_GT(half, 0.25);
  EXPECT_LT(half, 0.5);
  EXPECT_EQ(CoverageFor(0.1, outlook, kPrices, 200'000), 0);
}

TEST(Estimate, BatchesCostHalfAndTakeAnHour) {
  Outlook outlook = Unread(1000);
  const PassEstimate single = EstimatePass(outlook, kPrices, 10);
  outlook.batch = true;
  const PassEstimate batch = EstimatePass(outlook, kPrices, 10);
  Outlook nothing;
  nothing.all = outlook.all;
  nothing.fact_tokens = 1000 * 300 * 0.6;
  const double rest = EstimatePass(nothing, kPrices, 10).usage.cost_usd;
  EXPECT_NEAR(batch.usage.cost_usd - rest, (single.usage.cost_usd - rest) / 2, 0.01);
  EXPECT_EQ(batch.usage.input_tokens, single.usage.input_tokens);
  EXPECT_GE(batch.duration, std::chrono::hours(1));
  const double usd = single.usage.cost_usd / 2;
  Outlook without = outlook;
  without.batch = false;
  EXPECT_GT(CoverageFor(usd, outlook, kPrices, 200'000),
            CoverageFor(usd, without, kPrices, 200'000));
}

TEST(Estimate, WhatIsRememberedIsCovered) {
  Outlook outlook = Unread(1000);
  outlook.unread.Scale(0.1);
  EXPECT_EQ(CoverageFor(0.1, outlook, kPrices, 200'000), 0.9);
  outlook.unread.Scale(0);
  EXPECT_EQ(CoverageFor(0, outlook, kPrices, 200'000), 1);
}

}  // namespace
}  // namespace soulprint
