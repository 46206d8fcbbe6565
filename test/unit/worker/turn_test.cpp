#include "worker/turn.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Turn::Time kBegin = Turn::Time() + hours(1);

TEST(Turn, LastsTenSecondsFromTheFirstNewAnswerOn) {
  Turn turn(kBegin);
  EXPECT_FALSE(turn.IsOver(kBegin + hours(10)));
  turn.Answered(kBegin);
  turn.Answered(kBegin + seconds(9));
  EXPECT_FALSE(turn.IsOver(kBegin + seconds(9)));
  EXPECT_TRUE(turn.IsOver(kBegin + seconds(10)));
}

TEST(Turn, LastsTenTimesAsLongAsTheReplay) {
  Turn turn(kBegin);
  turn.Answered(kBegin + seconds(20));
  EXPECT_FALSE(turn.IsOver(kBegin + seconds(219)));
  EXPECT_TRUE(turn.IsOver(kBegin + seconds(220)));
}

}  // namespace
}  // namespace soulprint
