#include "pipeline/letters.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace soulprint {
namespace {

TEST(Letters, ArePartOfWords) {
  for (const char32_t c : std::u32string_view(U"aZ7éж北कि٣½")) EXPECT_TRUE(IsPartOfWord(c));
  for (const char32_t c : std::u32string_view(U" \n.,*_-–、。“€😀")) EXPECT_FALSE(IsPartOfWord(c));
}

TEST(Letters, SomeScriptsPutNoSpacesBetweenWords) {
  for (const char32_t c : std::u32string_view(U"北かカ々ไ𠀀"))
    EXPECT_TRUE(IsWrittenWithoutSpaces(c));
  for (const char32_t c : std::u32string_view(U"aж한क ")) EXPECT_FALSE(IsWrittenWithoutSpaces(c));
}

}  // namespace
}  // namespace soulprint
