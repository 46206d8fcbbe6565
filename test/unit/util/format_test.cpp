#include "util/format.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace soulprint {
namespace {

TEST(Format, PutsValuesInTheirPlaces) {
  const std::string user = "9f2c";
  EXPECT_EQ(Format("full pass {} of user {}: {}", std::int64_t{42}, user, "facts"),
            "full pass 42 of user 9f2c: facts");
  EXPECT_EQ(Format("{}{}", -1, std::size_t{2}), "-12");
}

TEST(Format, LeavesTheTextOfValuesAlone) { EXPECT_EQ(Format("{} {}", "{}", "b"), "{} b"); }

TEST(Format, ShowsAPlaceWithoutAValue) { EXPECT_EQ(Format("{} and {}", "a"), "a and {}"); }

}  // namespace
}  // namespace soulprint
