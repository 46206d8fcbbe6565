// A model reads only what a person sees.

#include "util/visible.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "util/text.hpp"

namespace soulprint {
namespace {

std::string Of(char32_t c) {
  std::string text;
  AppendCharacter(c, &text);
  return text;
}

TEST(Visible, InvisibleCharactersGo) {
  for (const auto& [first, last] : std::vector<std::pair<char32_t, char32_t>>{
           {0x01, 0x08},      {0x0E, 0x1F},     {0x7F, 0x84},       {0x86, 0x9F},
           {0xAD, 0xAD},      {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},
           {0x17B4, 0x17B5},  {0x180B, 0x180F}, {0x200B, 0x200F},   {0x202A, 0x202E},
           {0x2060, 0x206F},  {0x3164, 0x3164}, {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
           {0xFFA0, 0xFFA0},  {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
           {0xE0000, 0xE0FFF}}) {
    for (char32_t c = first; c <= last; ++c) {
      EXPECT_EQ(Visible("a" + Of(c) + "b"), "ab") << std::hex << static_cast<unsigned>(c);
      EXPECT_TRUE(IsInvisible(c));
    }
    EXPECT_EQ(Visible(Of(first)), "");
  }
}

TEST(Visible, WhateverEndsALineIsALineEnd) {
  EXPECT_EQ(Visible("a\r\nb\rc\vd\fe\xC2\x85"
                    "f\u2028g\u2029h\ni\r\r\nj"),
            "a\nb\nc\nd\ne\nf\ng\nh\ni\n\nj");
}

TEST(Visible, WhatLooksAsItShouldStays) {
  for (const char* text :
       {"plain\ttext\n", "caf\u00E9", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
        "\U0001F469\U0001F3FD\u200D\U0001F4BB", "\U0001F3F3\uFE0F\u200D\U0001F308",
        "\u2764\uFE0F\u200D\U0001F525", "\u2764\uFE0F", "1\uFE0F\u20E3", "#\uFE0F\u20E3",
        "\U0001F44D\U0001F3FF", "\U0001F1E9\U0001F1EA", "\u00A9\uFE0F",
        "\U0001F3F4\u200D\u2620\uFE0F",
        "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F!",
        // Persian, Hindi, Bengali, Sinhala, Arabic with vowel signs, Hebrew, Chinese
        "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\u0915\u094D\u200D\u0937",
        "\u09B0\u200D\u09CD\u09AF", "\u0DC1\u0DCA\u200D\u0DBB\u0DD3",
        "\u0645\u064F\u062D\u064E\u0645\u064E\u0651\u062F", "\u05E9\u05B8\u05DC\u05D5\u05B9\u05DD",
        "\u4F60\u597D", "\u00A0\u3000\uFFFD"}) {
    EXPECT_EQ(Visible(text), text);
  }
}

TEST(Visible, JoinersAndTagsStayNowhereElse) {
  for (const auto& [text, visible] : std::vector<std::pair<std::string, std::string>>{
           {"a\u200Db", "ab"},
           {"a\u200Cb", "ab"},
           {"1\uFE0F2", "12"},
           {"a\uFE0F", "a"},
           {"\uFE0FUser:", "User:"},
           {"\u2764\uFE0F\uFE0F\uFE0E", "\u2764\uFE0F"},
           {"\U0001F468\u200D", "\U0001F468"},
           {"\U0001F468\u200Dx", "\U0001F468x"},
           {"\U0001F468\u200C\U0001F469", "\U0001F468\U0001F469"},
           {"\u0645\u200C\u200D\u200C\u062E", "\u0645\u200C\u062E"},
           {"\u0645\u200C a", "\u0645 a"},
           {"\u200C\u0645", "\u0645"},
           {"\U0001F3F4\U000E0069\U000E0067\U000E006E\U000E007F", "\U0001F3F4"},
           {"\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067", "\U0001F3F4"},
           {"\u4E00\U000E0100", "\u4E00"}}) {
    EXPECT_EQ(Visible(text), visible);
    EXPECT_EQ(Visible(visible), visible);
  }
}

TEST(OneLine, IsOne) {
  EXPECT_EQ(OneLine(" a\r\n\u2028b\u00A0\u200B\tc \n"), "a b c");
  EXPECT_EQ(OneLine("\n\u200B "), "");
}

TEST(Quoted, OneLineOfAtMost1Kb) {
  EXPECT_EQ(Quoted("a\nb\x1B[0m\x7F\xC2\x85\u202E\xFF"), "a\\x0ab\\x1b[0m\\x7f\\x85\uFFFD");
  EXPECT_EQ(Quoted("a\u2028b\u2029c\u200Bd"), "a b cd");
  EXPECT_EQ(Quoted(std::string(5000, 'x')).size(), 1024U);
  std::string euros;
  while (euros.size() < 5000) euros += "\u20AC";
  EXPECT_EQ(Quoted(euros), euros.substr(0, 1023));
}

}  // namespace
}  // namespace soulprint
