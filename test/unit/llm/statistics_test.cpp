// What was asked of each model.

#include "llm/statistics.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace soulprint {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

Usage Tokens(std::int64_t input, std::int64_t output) {
  Usage usage;
  usage.input_tokens = input;
  usage.output_tokens = output;
  return usage;
}

std::int64_t Count(const Statistics::Row& row, RequestEnd end) {
  return row.ended[static_cast<std::size_t>(end)];
}

Classified Of(Disposition disposition, Outcome outcome = Outcome::kFailed) {
  Classified classified;
  classified.disposition = disposition;
  classified.outcome = outcome;
  return classified;
}

TEST(RequestEnd, FollowsTheClassOfTheResponse) {
  EXPECT_EQ(RequestEndOf(Of(Disposition::kDone, Outcome::kAnswered)), RequestEnd::kAnswered);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kDone, Outcome::kCutOff)), RequestEnd::kCutOff);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kDone, Outcome::kRefused)), RequestEnd::kRefused);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kDone, Outcome::kTooLong)), RequestEnd::kTooLong);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kDone, Outcome::kFailed)), RequestEnd::kFailed);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kWithout)), RequestEnd::kFailed);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kRetry)), RequestEnd::kUnanswered);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kResend)), RequestEnd::kUnanswered);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kWait)), RequestEnd::kLimited);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kPause)), RequestEnd::kBlocked);
  EXPECT_EQ(RequestEndOf(Of(Disposition::kBlocked)), RequestEnd::kBlocked);
}

TEST(Statistics, CountsEachModelForItself) {
  Statistics all(0);
  all.Started("haiku", microseconds(0));
  all.Started("sonnet", seconds(2));
  all.Started("haiku", microseconds(0));
  all.Ended("haiku", RequestEnd::kAnswered, Tokens(100, 7), seconds(1));
  const Statistics::Row& haiku = all.rows()[0];
  EXPECT_STREQ(haiku.model.data(), "haiku");
  EXPECT_EQ(haiku.Requests(), 2);
  EXPECT_EQ(haiku.in_flight, 1);
  EXPECT_EQ(Count(haiku, RequestEnd::kAnswered), 1);
  EXPECT_EQ(haiku.usage.input_tokens, 100);
  EXPECT_EQ(haiku.usage.output_tokens, 7);
  EXPECT_EQ(haiku.limited_us, 0);
  const Statistics::Row& sonnet = all.rows()[1];
  EXPECT_STREQ(sonnet.model.data(), "sonnet");
  EXPECT_EQ(sonnet.Requests(), 1);
  EXPECT_EQ(sonnet.limited_us, 2000000);
}

TEST(Statistics, TimesOnlyResponsesOfTheModel) {
  Statistics all(0);
  for (int i = 0; i < 4; ++i) all.Started("haiku", microseconds(0));
  all.Ended("haiku", RequestEnd::kLimited, {}, seconds(100));
  all.Ended("haiku", RequestEnd::kUnanswered, {}, seconds(100));
  EXPECT_EQ(all.rows()[0].Responses(), 0);
  EXPECT_EQ(all.rows()[0].MeanMs(), 0);
  all.Ended("haiku", RequestEnd::kAnswered, {}, milliseconds(100));
  all.Ended("haiku", RequestEnd::kRefused, {}, milliseconds(300));
  EXPECT_EQ(all.rows()[0].Responses(), 2);
  EXPECT_EQ(all.rows()[0].MeanMs(), 200);
  EXPECT_EQ(all.rows()[0].max_latency_us, 300000);
}

TEST(Statistics, TellsInWhichTimeNinetyFiveOfAHundredCame) {
  for (const int ms : {1, 17, 999, 4321, 600000}) {
    Statistics all(0);
    for (int i = 0; i < 100; ++i) {
      all.Started("haiku", microseconds(0));
      all.Ended("haiku", RequestEnd::kAnswered, {}, milliseconds(i < 95 ? ms : 10 * ms));
    }
    EXPECT_GE(all.rows()[0].P95Ms(), ms);
    EXPECT_LE(all.rows()[0].P95Ms(), ms * 1.2 + 1);
    all.Started("haiku", microseconds(0));
    all.Ended("haiku", RequestEnd::kAnswered, {}, milliseconds(10 * ms));
    EXPECT_GE(all.rows()[0].P95Ms(), ms * 9);
    EXPECT_LE(all.rows()[0].P95Ms(), ms * 10);
  }
}

TEST(Statistics, GivesUpWhatAProcessLeaves) {
  Statistics all(0);
  all.Started("haiku", microseconds(0));
  all.Started("haiku", microseconds(0));
  all.GiveUp(0, 2);
  EXPECT_EQ(all.rows()[0].in_flight, 0);
  EXPECT_EQ(Count(all.rows()[0], RequestEnd::kGivenUp), 2);
  EXPECT_EQ(all.rows()[0].Requests(), 2);
}

TEST(Statistics, CountsFromNothingButWhatIsInFlight) {
  Statistics all(0);
  all.Started("haiku", seconds(1));
  all.Started("sonnet", seconds(1));
  all.Ended("sonnet", RequestEnd::kAnswered, Tokens(1, 1), seconds(1));
  all.Reset(7);
  EXPECT_EQ(all.since(), 7);
  EXPECT_STREQ(all.rows()[0].model.data(), "haiku");
  EXPECT_EQ(all.rows()[0].Requests(), 1);
  EXPECT_EQ(all.rows()[0].limited_us, 0);
  EXPECT_STREQ(all.rows()[1].model.data(), "");
  EXPECT_EQ(all.rows()[1].Responses(), 0);
  all.Ended("haiku", RequestEnd::kAnswered, Tokens(1, 1), seconds(1));
  EXPECT_EQ(all.rows()[0].in_flight, 0);
}

TEST(Statistics, HoldsAsManyModelsAsThereAreRows) {
  Statistics all(0);
  for (int i = 1; i <= 40; ++i) all.Started("model " + std::to_string(i), microseconds(0));
  EXPECT_STREQ(all.rows()[14].model.data(), "model 15");
  EXPECT_STREQ(all.rows()[15].model.data(), "other");
  EXPECT_EQ(all.rows()[15].Requests(), 25);
}

TEST(Statistics, CutsALongNameBetweenCharacters) {
  Statistics all(0);
  const std::string name = std::string(62, 'm') + "\xc3\xa4";
  all.Started(name, microseconds(0));
  all.Ended(name, RequestEnd::kAnswered, {}, seconds(1));
  EXPECT_EQ(std::string(all.rows()[0].model.data()), std::string(62, 'm'));
  EXPECT_EQ(all.rows()[0].in_flight, 0);
  EXPECT_STREQ(all.rows()[1].model.data(), "");
}

}  // namespace
}  // namespace soulprint
