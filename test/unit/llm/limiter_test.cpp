// One limiter for all: what the server permits, in fair turns, and waiting together.

#include "llm/limiter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(BackOff, DoublesUpToAMinute) {
  EXPECT_EQ(BackOff(1, {}, 0), milliseconds(500));
  EXPECT_EQ(BackOff(1, {}, 1), milliseconds(375));
  EXPECT_EQ(BackOff(2, {}, 0), milliseconds(1000));
  EXPECT_EQ(BackOff(2, {}, 1), milliseconds(750));
  EXPECT_EQ(BackOff(4, {}, 0), milliseconds(4000));
  EXPECT_EQ(BackOff(7, {}, 0), milliseconds(32000));
  EXPECT_EQ(BackOff(8, {}, 0), milliseconds(60000));
  EXPECT_EQ(BackOff(1000000, {}, 1), milliseconds(45000));
}

TEST(BackOff, WaitsAtLeastAsLongAsTheServerAsks) {
  EXPECT_EQ(BackOff(1, seconds(1), 0.5), milliseconds(1000));
  EXPECT_EQ(BackOff(5, seconds(1), 0), milliseconds(8000));
}

HttpResponse Told(const std::string& limit, const std::string& left,
                  const std::string& reset = "") {
  HttpResponse response;
  response.headers = {{"anthropic-ratelimit-requests-limit", limit},
                      {"anthropic-ratelimit-requests-remaining", left},
                      {"anthropic-ratelimit-requests-reset", reset}};
  return response;
}

TEST(ReadLimits, TakesEachOfTheThree) {
  HttpResponse response = Told("600", "599", "2026-11-27T10:00:00Z");
  response.headers.emplace_back("anthropic-ratelimit-input-tokens-limit", "50000");
  response.headers.emplace_back("anthropic-ratelimit-input-tokens-remaining", "49000");
  response.headers.emplace_back("anthropic-ratelimit-output-tokens-limit", "10000");
  const ToldLimits told = ReadLimits(response);
  EXPECT_EQ(told[0].limit, 600);
  EXPECT_EQ(told[0].left, 599);
  EXPECT_EQ(told[1].limit, 50000);
  EXPECT_EQ(told[1].left, 49000);
  EXPECT_EQ(told[2].limit, 0);  // nothing is said to be left
}

TEST(ReadLimits, WhatMakesNoSenseIsNotTold) {
  for (const char* limit : {"", "0", "-1", "abc", "600x", "6e2", "99999999999999999999", "inf"}) {
    EXPECT_EQ(ReadLimits(Told(limit, "5"))[0].limit, 0) << limit;
  }
  for (const char* left : {"", "-5", "none"}) EXPECT_EQ(ReadLimits(Told("600", left))[0].limit, 0);
  EXPECT_EQ(ReadLimits(Told("600", "99999"))[0].left, 600);
  for (const char* reset : {"", "1999-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon"}) {
    EXPECT_EQ(ReadLimits(Told("600", "0", reset))[0].limit, 600);
  }
}

const Load kOne = {1, 100, 300};

struct Clocked {
  Limiter limiter;
  Limiter::Time now{seconds(1000)};

  int Join(int owner = 1, std::uint64_t account = 1) { return limiter.Join(owner, account); }
  bool Starts(int pass, const Load& load = kOne) { return limiter.Start(pass, load, now) <= now; }
  // As many as may start at once.
  int StartAll(int pass, int most = 1000) {
    int count = 0;
    while (count < most && Starts(pass)) ++count;
    return count;
  }
  void Learn(int pass, double limit, double left) {
    limiter.Learn(pass, {{{limit, left}, {}, {}}}, now);
  }
  // One request that tells the limit.
  int Learned(double limit, double left) {
    const int pass = Join();
    EXPECT_TRUE(Starts(pass));
    limiter.End(pass, kOne, kOne, now);
    Learn(pass, limit, left);
    return pass;
  }
};

TEST(Limiter, WithoutHeadersThereIsNoLimit) {
  Clocked c;
  const int pass = c.Join();
  EXPECT_EQ(c.StartAll(pass), 1000);
  EXPECT_EQ(c.limiter.Describe(c.now), "");
}

TEST(Limiter, StartsWhatIsLeftAndThenAsItFills) {
  Clocked c;
  const int pass = c.Learned(600, 5);
  EXPECT_EQ(c.StartAll(pass), 5);
  EXPECT_EQ(c.limiter.Start(pass, kOne, c.now), c.now + milliseconds(100));
  c.now += milliseconds(99);
  EXPECT_FALSE(c.Starts(pass));
  c.now += milliseconds(1);
  EXPECT_TRUE(c.Starts(pass));
  EXPECT_FALSE(c.Starts(pass));
  EXPECT_NE(c.limiter.Describe(c.now).find("at most 600 requests a minute"), std::string::npos);
}

TEST(Limiter, AMinuteSeesNoMoreThanTheLimitAfterWhatWasLeft) {
  Clocked c;
  const int pass = c.Learned(600, 0);
  int started = 0;
  for (int i = 0; i < 60'000; ++i, c.now += milliseconds(1)) started += c.StartAll(pass);
  EXPECT_LE(started, 600);
  EXPECT_GE(started, 590);
}

TEST(Limiter, BelievesInNoMoreThanTheServerEverSaid) {
  Clocked c;
  const int pass = c.Learned(600, 9);
  c.now += minutes(10);
  EXPECT_EQ(c.StartAll(pass), 10);
}

TEST(Limiter, RequestsInFlightAreNotLeftAnyMore) {
  Clocked c;
  const int pass = c.Join();
  EXPECT_EQ(c.StartAll(pass, 4), 4);
  c.limiter.End(pass, kOne, kOne, c.now);
  c.Learn(pass, 600, 10);
  EXPECT_EQ(c.StartAll(pass), 7);
}

TEST(Limiter, OthersMayUseTheSameKey) {
  Clocked c;
  const int pass = c.Learned(600, 500);
  c.Learn(pass, 600, 2);
  EXPECT_EQ(c.StartAll(pass), 2);
}

TEST(Limiter, AnOldNumberDoesNotGiveBackWhatWasSent) {
  Clocked c;
  const int pass = c.Learned(600, 5);
  EXPECT_EQ(c.StartAll(pass), 5);
  c.Learn(pass, 600, 5);
  EXPECT_FALSE(c.Starts(pass));
}

TEST(Limiter, ARefusalMeansEqualDistances) {
  Clocked c;
  const int pass = c.Learned(600, 500);
  c.limiter.Overloaded(c.now, seconds(1), 0, true, c.now);
  c.now += seconds(30);
  for (int i = 0; i < 100; ++i) c.limiter.Answered();
  c.Learn(pass, 600, 400);
  EXPECT_EQ(c.StartAll(pass), 1);
  c.now += milliseconds(100);
  EXPECT_EQ(c.StartAll(pass), 1);
}

TEST(Limiter, TokensCountAndAreGivenBack) {
  Clocked c;
  const int pass = c.Join();
  const Load large = {1, 40'000, 0};
  ASSERT_TRUE(c.Starts(pass, large));
  c.limiter.End(pass, large, large, c.now);
  c.limiter.Learn(pass, {{{}, {60'000, 50'000}, {}}}, c.now);
  EXPECT_TRUE(c.Starts(pass, large));
  EXPECT_EQ(c.limiter.Start(pass, large, c.now), c.now + seconds(30));
  c.limiter.End(pass, large, {1, 1'000, 0}, c.now);  // the rest was cached
  EXPECT_TRUE(c.Starts(pass, large));
}

TEST(Limiter, WhatIsLargerThanTheLimitIsSentOnceTheBucketIsFull) {
  Clocked c;
  const int pass = c.Join();
  const Load huge = {1, 500'000, 0};
  ASSERT_TRUE(c.Starts(pass));
  c.limiter.End(pass, kOne, kOne, c.now);
  c.limiter.Learn(pass, {{{}, {60'000, 60'000}, {}}}, c.now);
  EXPECT_TRUE(c.Starts(pass, huge));
  EXPECT_FALSE(c.Starts(pass));
  c.now += minutes(9);
  EXPECT_TRUE(c.Starts(pass));
}

TEST(Limiter, NothingLeftForeverIsStillTheRate) {
  Clocked c;
  const int pass = c.Learned(60, 0);
  for (int i = 0; i < 5; ++i) {
    c.now += seconds(1);
    EXPECT_TRUE(c.Starts(pass));
    c.limiter.End(pass, kOne, kOne, c.now);
    c.Learn(pass, 60, 0);
  }
}

TEST(Limiter, PassesThatWaitGetEqualShares) {
  Clocked c;
  const int huge = c.Learned(600, 0);
  std::vector<int> passes = {huge};
  for (int i = 0; i < 3; ++i) passes.push_back(c.Join(2 + i));
  std::vector<int> started(passes.size(), 0);
  for (int ms = 0; ms < 20'000; ms += 5, c.now += milliseconds(5)) {
    for (std::size_t i = 0; i < passes.size(); ++i) {
      for (int ask = 0; ask < (i == 0 ? 50 : 1); ++ask) started[i] += c.Starts(passes[i]) ? 1 : 0;
    }
  }
  for (const int count : started) EXPECT_NEAR(count, 50, 2);
}

TEST(Limiter, OneThatWantedNothingHasSavedUpNothing) {
  Clocked c;
  const int idle = c.Learned(600, 0);
  const int busy = c.Join(2);
  for (int i = 0; i < 100; ++i, c.now += milliseconds(100)) c.Starts(busy);
  int started = 0;
  for (int i = 0; i < 100; ++i, c.now += milliseconds(100)) {
    started += c.StartAll(busy);
    c.StartAll(idle);
  }
  EXPECT_NEAR(started, 50, 3);
}

TEST(Limiter, SharesAreOfWhatIsScarce) {
  Clocked c;
  const int pass = c.Join();
  ASSERT_TRUE(c.Starts(pass));
  c.limiter.End(pass, kOne, kOne, c.now);
  c.limiter.Learn(pass, {{{60'000, 60'000}, {600'000, 0}, {}}}, c.now);
  const int other = c.Join(2);
  const Load large = {1, 9'000, 0};
  const Load small = {1, 1'000, 0};
  int of_large = 0;
  int of_small = 0;
  for (int ms = 0; ms < 60'000; ms += 5, c.now += milliseconds(5)) {
    of_large += c.Starts(pass, large) ? 1 : 0;
    of_small += c.Starts(other, small) ? 1 : 0;
  }
  EXPECT_NEAR(of_small, 9 * of_large, 30);
}

TEST(Limiter, OneThatComesGoesBeforeOneThatHadMuch) {
  Clocked c;
  const int huge = c.Learned(600, 100);
  EXPECT_EQ(c.StartAll(huge), 100);
  const int small = c.Join(2);
  EXPECT_FALSE(c.Starts(huge));
  EXPECT_FALSE(c.Starts(small));
  c.now += milliseconds(100);
  EXPECT_FALSE(c.Starts(huge));
  EXPECT_TRUE(c.Starts(small));
}

TEST(Limiter, OneThatAsksNoMoreKeepsNobodyWaiting) {
  Clocked c;
  const int other = c.Learned(600, 0);
  const int one = c.Join(2);
  EXPECT_FALSE(c.Starts(one));
  EXPECT_FALSE(c.Starts(other));
  c.now += milliseconds(100);
  EXPECT_FALSE(c.Starts(other));
  c.now += milliseconds(250);
  EXPECT_TRUE(c.Starts(other));
}

TEST(Limiter, AllWaitTogetherAndThenOneAtATimeIsAdded) {
  Clocked c;
  const int one = c.Join();
  const int other = c.Join(2);
  c.limiter.Overloaded(c.now, seconds(2), 0, false, c.now);
  EXPECT_EQ(c.limiter.Describe(c.now), "the model server is too busy, all requests wait for 2 s");
  EXPECT_EQ(c.limiter.Start(one, kOne, c.now), c.now + seconds(2));
  EXPECT_EQ(c.limiter.Start(other, kOne, c.now), c.now + seconds(2));
  c.now += seconds(2);
  EXPECT_EQ(c.StartAll(one) + c.StartAll(other), 1);
  c.limiter.Answered();
  EXPECT_FALSE(c.Starts(one));  // it is the other's turn
  EXPECT_TRUE(c.Starts(other));
  c.limiter.End(one, kOne, kOne, c.now);
  EXPECT_TRUE(c.Starts(one));
  EXPECT_FALSE(c.Starts(one));
}

TEST(Limiter, RequestsUnderWayTogetherCountOnce) {
  Clocked c;
  for (int i = 0; i < 10; ++i) {
    c.limiter.Overloaded(c.now, {}, 0, false, c.now + milliseconds(i));
  }
  EXPECT_EQ(c.limiter.not_before(), c.now + milliseconds(500));
  c.limiter.Overloaded(c.now, seconds(9), 0, false, c.now + milliseconds(10));
  EXPECT_EQ(c.limiter.not_before(), c.now + milliseconds(9010));
}

TEST(Limiter, WaitsLongerEachTimeUntilThereIsAnAnswer) {
  Clocked c;
  const auto wait = [&] {
    c.limiter.Overloaded(c.now, {}, 0, false, c.now);
    const auto waits = c.limiter.not_before() - c.now;
    c.now += seconds(10);
    return waits;
  };
  EXPECT_EQ(wait(), milliseconds(500));
  EXPECT_EQ(wait(), milliseconds(1000));
  EXPECT_EQ(wait(), milliseconds(2000));
  c.limiter.Answered();
  EXPECT_EQ(wait(), milliseconds(500));
}

TEST(Limiter, HalfAnHourWithoutAnAnswerIsHopeless) {
  Clocked c;
  EXPECT_FALSE(c.limiter.IsHopeless(c.now + minutes(31)));  // it never said that it was too much
  c.limiter.Overloaded(c.now, {}, 0, false, c.now);
  EXPECT_FALSE(c.limiter.IsHopeless(c.now + minutes(29)));
  EXPECT_TRUE(c.limiter.IsHopeless(c.now + minutes(30)));
  EXPECT_FALSE(c.limiter.IsHopeless(c.now + minutes(30)));
  c.limiter.Overloaded(c.now + minutes(31), {}, 0, false, c.now + minutes(31));
  c.limiter.Answered();
  EXPECT_FALSE(c.limiter.IsHopeless(c.now + minutes(90)));
}

TEST(Limiter, OverloadsOfYesterdayDoNotCount) {
  Clocked c;
  const int pass = c.Join();
  c.limiter.Overloaded(c.now, {}, 0, false, c.now);
  c.limiter.Leave(pass);
  c.now += std::chrono::hours(24);
  c.Join();
  c.limiter.Overloaded(c.now, {}, 0, false, c.now);
  EXPECT_FALSE(c.limiter.IsHopeless(c.now));
}

TEST(Limiter, AProcessThatEndsGivesBackItsShare) {
  Clocked c;
  const int one = c.Join(1);
  const int other = c.Join(2);
  c.limiter.Overloaded(c.now, seconds(1), 0, false, c.now);
  c.now += seconds(1);
  EXPECT_TRUE(c.Starts(one));
  EXPECT_FALSE(c.Starts(other));
  c.limiter.LeaveAll(1);
  EXPECT_TRUE(c.Starts(other));
}

TEST(Limiter, AnotherAccountBeginsAnew) {
  Clocked c;
  const int old = c.Learned(60, 0);
  c.limiter.Overloaded(c.now, seconds(100), 0, true, c.now);
  const int pass = c.Join(2, 2);
  EXPECT_EQ(c.StartAll(pass), 1000);
  c.Learn(old, 60, 0);
  EXPECT_EQ(c.limiter.Describe(c.now), "");
}

TEST(Limiter, MorePassesThanPlaces) {
  Clocked c;
  for (int i = 0; i < Limiter::kMostPasses + 50; ++i) EXPECT_TRUE(c.Starts(c.Join(i + 1)));
  for (int i = 0; i < Limiter::kMostPasses + 50; ++i) c.limiter.LeaveAll(i + 1);
  c.limiter.Overloaded(c.now, seconds(1), 0, false, c.now);
  c.now += seconds(1);
  EXPECT_EQ(c.StartAll(c.Join()), 1);
}

}  // namespace
}  // namespace soulprint
