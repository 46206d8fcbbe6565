// A budget is shared out evenly, and small claims leave the rest to large ones.

#include "pipeline/fair_share.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(FairLevel, SmallClaimsAreMetAndLargeOnesShareTheRest) {
  EXPECT_EQ(FairLevel({{0, 10}, {0, 100}, {0, 1000}}, 210), 100U);
  EXPECT_EQ(FairLevel({{0, 10}, {0, 100}, {0, 1000}}, 150), 70U);
  EXPECT_EQ(FairLevel({{0, 1000}, {0, 10}, {0, 1000}}, 211), 100U);  // rounded down
}

TEST(FairLevel, TheLeastIsTakenOffWhatOthersShare) {
  EXPECT_EQ(FairLevel({{80, 1000}, {0, 1000}}, 100), 20U);
}

TEST(FairLevel, IsTheLargestClaimIfAllFit) {
  EXPECT_EQ(FairLevel({{0, 7}, {0, 9}}, 1000), 9U);
  EXPECT_EQ(FairLevel({}, 1000), 0U);
}

TEST(FairLevel, IsNothingIfNotEvenTheLeastFit) {
  EXPECT_EQ(FairLevel({{50, 60}, {50, 60}}, 99), 0U);
}

}  // namespace
}  // namespace soulprint
