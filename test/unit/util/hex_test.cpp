// Hexadecimal digits: read in either case, written in lower case.

#include "util/hex.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace soulprint {
namespace {

TEST(HexDigit, ReadsEitherCaseAndNothingElse) {
  constexpr std::string_view kLower = "0123456789abcdef";
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  for (int value = 0; value < 16; ++value) {
    const auto at = static_cast<std::size_t>(value);
    EXPECT_EQ(HexDigit(kLower[at]), value);
    EXPECT_EQ(HexDigit(kUpper[at]), value);
  }
  for (const char c : std::string_view("/:@G`g \x80\0", 9)) EXPECT_EQ(HexDigit(c), -1) << c;
}

TEST(ToHex, WritesEveryByte) {
  EXPECT_EQ(ToHex(""), "");
  EXPECT_EQ(ToHex(std::string_view("\x00\x0F\x7F\x80\xFF", 5)), "000f7f80ff");
}

}  // namespace
}  // namespace soulprint
