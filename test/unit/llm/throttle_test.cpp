// Waiting: exactly as long as it should be, and all together.

#include "llm/throttle.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Clocked {
  Throttle throttle{3, 1};
  Throttle::Time start{seconds(1000)};
  Throttle::Time After(milliseconds time) const { return start + time; }
};

TEST(Throttle, AllowsSoManyAndNoMore) {
  Clocked c;
  EXPECT_TRUE(c.throttle.Allows(2, c.start));
  EXPECT_FALSE(c.throttle.Allows(3, c.start));
}

TEST(Throttle, OneAloneUntilAnAnswerOrThreeSecondsHavePassed) {
  Clocked c;
  c.throttle.Begin(c.start);
  EXPECT_TRUE(c.throttle.Allows(0, c.start));
  EXPECT_FALSE(c.throttle.Allows(1, c.After(milliseconds(2999))));
  EXPECT_TRUE(c.throttle.Allows(2, c.After(milliseconds(3000))));
  c.throttle.Answered();
  EXPECT_TRUE(c.throttle.Allows(2, c.After(milliseconds(10))));
  c.throttle.Begin(c.After(milliseconds(20)));
  EXPECT_TRUE(c.throttle.Allows(2, c.After(milliseconds(20))));
}

TEST(Throttle, WaitsWhileTheLimiterRefuses) {
  Clocked c;
  c.throttle.Begin(c.start);
  c.throttle.Overloaded(c.start, seconds(2), false, c.start);
  EXPECT_FALSE(c.throttle.Allows(0, c.After(milliseconds(1999))));
  EXPECT_EQ(c.throttle.Start(10, c.After(milliseconds(1999))), std::nullopt);
  EXPECT_EQ(c.throttle.not_before(), c.After(milliseconds(2000)));
  EXPECT_TRUE(c.throttle.Allows(0, c.After(milliseconds(2000))));
  EXPECT_NE(c.throttle.Start(10, c.After(milliseconds(2000))), std::nullopt);
}

TEST(Throttle, TwoShareOneLimiter) {
  Limiter limiter;
  const SharedLimiter shared{[&](const std::function<void(Limiter&)>& use) { use(limiter); }, 7, 1};
  Throttle one(3, 1, shared);
  Throttle other(3, 1, shared);
  const Throttle::Time now{seconds(1000)};
  one.Begin(now);
  other.Begin(now);
  one.Overloaded(now, seconds(5), false, now);
  EXPECT_EQ(other.Start(10, now), std::nullopt);
  EXPECT_EQ(other.not_before(), now + seconds(5));
  EXPECT_NE(other.Start(10, now + seconds(5)), std::nullopt);
  EXPECT_EQ(one.Start(10, now + seconds(5)), std::nullopt);
  other.End();
  EXPECT_NE(one.Start(10, now + seconds(6)), std::nullopt);
}

TEST(Throttle, ScaleShortensEveryWait) {
  Throttle throttle(1, 0.001);
  EXPECT_LE(throttle.WaitAfter(1, {}), std::chrono::microseconds(500));
  EXPECT_LE(throttle.WaitAfter(1, seconds(1)), milliseconds(1));
}

}  // namespace
}  // namespace soulprint
