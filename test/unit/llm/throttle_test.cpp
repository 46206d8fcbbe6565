// Waiting: exactly as long as it should be, and all together.

#include "llm/throttle.hpp"

#include <gtest/gtest.h>

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
  c.throttle.Answered(c.After(milliseconds(10)));
  EXPECT_TRUE(c.throttle.Allows(2, c.After(milliseconds(10))));
  c.throttle.Begin(c.After(milliseconds(20)));
  EXPECT_TRUE(c.throttle.Allows(2, c.After(milliseconds(20))));
}

TEST(Throttle, AllWaitAndThenOneAtATimeIsAdded) {
  Clocked c;
  c.throttle.Overloaded(c.start, seconds(2), c.start);
  EXPECT_FALSE(c.throttle.Allows(0, c.After(milliseconds(1999))));
  const Throttle::Time later = c.After(milliseconds(2000));
  EXPECT_TRUE(c.throttle.Allows(0, later));
  EXPECT_FALSE(c.throttle.Allows(1, later));
  c.throttle.Answered(later);
  EXPECT_TRUE(c.throttle.Allows(1, later));
  EXPECT_FALSE(c.throttle.Allows(2, later));
  c.throttle.Answered(later);
  c.throttle.Answered(later);
  EXPECT_TRUE(c.throttle.Allows(2, later));
  EXPECT_FALSE(c.throttle.Allows(3, later));
}

TEST(Throttle, RequestsUnderWayTogetherCountOnce) {
  Clocked c;
  for (int i = 0; i < 10; ++i) c.throttle.Overloaded(c.start, {}, c.After(milliseconds(i)));
  EXPECT_GE(c.throttle.not_before(), c.After(milliseconds(375)));
  EXPECT_LE(c.throttle.not_before(), c.After(milliseconds(500)));
  c.throttle.Overloaded(c.start, seconds(9), c.After(milliseconds(10)));
  EXPECT_EQ(c.throttle.not_before(), c.After(milliseconds(9010)));
}

TEST(Throttle, WaitsLongerEachTimeUntilThereIsAnAnswer) {
  Clocked c;
  const auto wait = [&](Throttle::Time now) {
    c.throttle.Overloaded(now, {}, now);
    return c.throttle.not_before() - now;
  };
  EXPECT_LE(wait(c.start), milliseconds(500));
  EXPECT_GE(wait(c.After(seconds(1))), milliseconds(750));
  EXPECT_GE(wait(c.After(seconds(3))), milliseconds(1500));
  c.throttle.Answered(c.After(seconds(10)));
  EXPECT_LE(wait(c.After(seconds(10))), milliseconds(500));
}

TEST(Throttle, HalfAnHourWithoutAnAnswerIsHopeless) {
  Clocked c;
  c.throttle.Begin(c.start);
  EXPECT_FALSE(c.throttle.IsHopeless(c.After(minutes(31))));  // it never said that it was too much
  c.throttle.Overloaded(c.start, {}, c.start);
  EXPECT_FALSE(c.throttle.IsHopeless(c.After(minutes(29))));
  EXPECT_TRUE(c.throttle.IsHopeless(c.After(minutes(30))));
  c.throttle.Answered(c.After(minutes(30)));
  c.throttle.Overloaded(c.After(minutes(31)), {}, c.After(minutes(31)));
  EXPECT_FALSE(c.throttle.IsHopeless(c.After(minutes(59))));
}

TEST(Throttle, ScaleShortensEveryWait) {
  Throttle throttle(1, 0.001);
  EXPECT_LE(throttle.WaitAfter(1, {}), std::chrono::microseconds(500));
  EXPECT_LE(throttle.WaitAfter(1, seconds(1)), milliseconds(1));
}

}  // namespace
}  // namespace soulprint
