#include "util/shared_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace soulprint {
namespace {

TEST(SharedText, HoldsWhatItWasMadeOf) {
  std::string text(1000, 'x');
  const SharedText shared = text;
  text[0] = 'y';
  EXPECT_EQ(shared, std::string(1000, 'x'));
  EXPECT_EQ(shared.size(), 1000U);
  EXPECT_EQ(SharedText(std::string("a\0b", 3)).size(), 3U);
}

TEST(SharedText, IsEmptyWithoutCharacters) {
  EXPECT_TRUE(SharedText().empty());
  EXPECT_TRUE(SharedText("").empty());
  EXPECT_EQ(SharedText(), SharedText(""));
  EXPECT_EQ(std::string_view(SharedText()), "");
  EXPECT_FALSE(SharedText("a").empty());
}

TEST(SharedText, CopiesShareTheCharacters) {
  const SharedText first = "a text";
  SharedText second = first;
  EXPECT_EQ(std::string_view(first).data(), std::string_view(second).data());
  second = SharedText("another");
  EXPECT_EQ(first, "a text");
  EXPECT_EQ(second, "another");
}

TEST(SharedText, OutlivesTheOneItWasCopiedOrMovedFrom) {
  SharedText kept;
  {
    SharedText first = "a text";
    const SharedText copy = first;
    kept = std::move(first);
    EXPECT_EQ(copy, kept);
  }
  const SharedText& same = kept;
  kept = same;
  EXPECT_EQ(kept, "a text");
}

TEST(SharedText, IsComparedByItsCharacters) {
  EXPECT_EQ(SharedText("a"), SharedText(std::string("a")));
  EXPECT_NE(SharedText("a"), SharedText("b"));
  EXPECT_NE(SharedText("a"), std::string("ab"));
}

}  // namespace
}  // namespace soulprint
