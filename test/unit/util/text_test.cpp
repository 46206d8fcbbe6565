// Counting, cutting and cleaning UTF-8.

#include "util/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace soulprint {
namespace {

const std::string kFamily = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9";  // man, joiner, woman

std::string Repeat(std::string_view text, std::size_t times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

// Every length and offset around the block sizes that the fast paths use.
TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(Split("a||b|", '|'), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_TRUE(Split("", '|').empty());
}

TEST(Text, CountsLikeTheSlowWayAtEveryLengthAndOffset) {
  const std::string text = Repeat("a\xC3\xA9\xE6\x9D\xB1" + kFamily + "\n", 400);
  for (std::size_t begin : {0, 1, 3, 7}) {
    std::size_t expected = 0;
    for (std::size_t length = 0; begin + length < text.size(); ++length) {
      ASSERT_EQ(CountCharacters(std::string_view(text).substr(begin, length)), expected);
      expected += (text[begin + length] & 0xC0) != 0x80;
    }
  }
}

TEST(Text, CountsMoreThan255BlocksOfOneKind) {
  EXPECT_EQ(CountCharacters(std::string(100000, 'x')), 100000u);
  EXPECT_EQ(CountCharacters(Repeat("\xF0\x9F\x98\x80", 100000)), 100000u);
  EXPECT_EQ(CountCharacters(""), 0u);
}

TEST(Text, EstimatesTokensRoundingDown) {
  EXPECT_EQ(EstimateTokens("abcdefg"), 1u);
  EXPECT_EQ(EstimateTokens(Repeat("\xE6\x9D\xB1", 8)), 2u);
  EXPECT_EQ(EstimateTokens("abc"), 0u);
}

TEST(Text, CutsNeverSplitACharacter) {
  const std::string text = Repeat("ab\xC3\xA9\xE6\x9D\xB1\xF0\x9F\x98\x80", 20);
  for (std::size_t n = 0; n <= 101; ++n) {
    const std::string_view first = FirstCharacters(text, n);
    const std::string_view last = LastCharacters(text, n);
    EXPECT_EQ(CountCharacters(first), std::min<std::size_t>(n, 100));
    EXPECT_EQ(CountCharacters(last), std::min<std::size_t>(n, 100));
    std::size_t replaced = 0;
    CleanUtf8(first, &replaced);
    CleanUtf8(last, &replaced);
    EXPECT_EQ(replaced, 0u);
    EXPECT_EQ(
        std::string(FirstCharacters(text, 100 - std::min<std::size_t>(n, 100))) + std::string(last),
        text);
  }
}

TEST(Text, TruncatesByCharactersAndSaysSo) {
  EXPECT_EQ(Truncate("\xC3\xA9\xC3\xA9\xC3\xA9", 2), "\xC3\xA9\xC3\xA9... [truncated]");
  EXPECT_EQ(Truncate("\xC3\xA9\xC3\xA9", 2), "\xC3\xA9\xC3\xA9");
  EXPECT_EQ(Truncate("", 0), "");
  EXPECT_EQ(Truncate("x", 0), "... [truncated]");
}

TEST(Text, TrimsEveryKindOfWhiteSpace) {
  EXPECT_EQ(Trim(" \t\r\n\xC2\xA0\xE3\x80\x80x y\xE2\x80\xA8\x0B\xC2\x85"), "x y");
  EXPECT_EQ(Trim("\xE2\x80\x8Bx"), "\xE2\x80\x8Bx");  // a zero width space is none
  EXPECT_EQ(Trim(""), "");
  EXPECT_TRUE(IsBlank(" \xE2\x80\xAF\n"));
  EXPECT_FALSE(IsBlank(" . "));
  EXPECT_TRUE(IsSpace(0x1680));
  EXPECT_FALSE(IsSpace(0x200B));
}

TEST(Text, FoldCaseTakesWidthAndFormsTogether) {
  EXPECT_EQ(FoldCase("ABCxyz09[`"), "abcxyz09[`");
  EXPECT_EQ(FoldCase("ÀÖ×ØÞßÿ"), "àö×øþssÿ");
  EXPECT_EQ(FoldCase("ΆΣΑΣς"), "άσασσ");
  EXPECT_EQ(FoldCase("ЀЏАЯ"), "ѐџая");
  EXPECT_EQ(FoldCase("\uFF21\uFF11\uFF0C \uFB01"), "a1, fi");
  EXPECT_EQ(FoldCase("cafe\u0301"), FoldCase("CAF\u00C9"));
  EXPECT_EQ(FoldCase("東京😀"), "東京😀");
  EXPECT_EQ(LowerAscii("AZaz09À"), "azaz09À");
}

TEST(Text, FoldsWhatTwoEqualStatementsHaveInCommon) {
  EXPECT_EQ(Fold("  Likes \n\t GREEN\xC2\xA0tea "), "likes green tea");
  EXPECT_EQ(Fold(" \n "), "");
  EXPECT_NE(Fold("likes tea"), Fold("likestea"));
  EXPECT_EQ(Fold("\uFF34\u00E9A \u3000x"), "t\u00E9a x");
}

std::string Cleaned(std::string_view bytes, std::size_t expected_replacements) {
  std::size_t replaced = 0;
  std::string text = CleanUtf8(bytes, &replaced);
  EXPECT_EQ(replaced, expected_replacements);
  return text;
}

TEST(Text, CleanTextStaysAsItIs) {
  const std::string text = Repeat("plain text, é東" + kFamily + "\x7F\x01", 50);
  EXPECT_EQ(Cleaned(text, 0), text);
  EXPECT_EQ(Cleaned("", 0), "");
  EXPECT_EQ(Cleaned("\xF4\x8F\xBF\xBF\xEE\x88\x80", 0), "\xF4\x8F\xBF\xBF\xEE\x88\x80");
}

TEST(Text, WhatIsNotStorableBecomesTheReplacementCharacter) {
  EXPECT_EQ(Cleaned(std::string_view("a\0b", 3), 1), "a\uFFFDb");
  EXPECT_EQ(Cleaned("a\xFFz", 1), "a\uFFFDz");
  EXPECT_EQ(Cleaned("\x80\x80", 2), "\uFFFD\uFFFD");
  EXPECT_EQ(Cleaned("\xC0\xAF", 2), "\uFFFD\uFFFD");               // overlong
  EXPECT_EQ(Cleaned("\xE0\x80\x80", 3), "\uFFFD\uFFFD\uFFFD");     // overlong
  EXPECT_EQ(Cleaned("\xF4\x90\x80\x80", 4), Repeat("\uFFFD", 4));  // above U+10FFFF
  EXPECT_EQ(Cleaned("\xE6\x9D", 1), "\uFFFD");                     // cut short
  EXPECT_EQ(Cleaned("\xF0\x9F\x98x", 1), "\uFFFDx");
  EXPECT_EQ(Cleaned("\xED\xA0\xBDx", 1), "\uFFFDx");  // a surrogate alone
  EXPECT_EQ(Cleaned("\xED\xB8\x82\xED\xA0\xBD", 2), "\uFFFD\uFFFD");
  for (std::size_t at = 0; at < 20; ++at) {
    std::string text(20, 'a');
    text[at] = '\0';
    EXPECT_EQ(Cleaned(text, 1).size(), 22u);
  }
}

TEST(Text, CesuPairsBecomeTheCharacterTheyMean) {
  EXPECT_EQ(Cleaned("<\xED\xA0\xBD\xED\xB8\x82>", 0), "<\xF0\x9F\x98\x82>");
  EXPECT_EQ(Cleaned("\xED\xA0\x80\xED\xB0\x80\xED\xAF\xBF\xED\xBF\xBF", 0),
            "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
  EXPECT_EQ(Cleaned("\xED\xA0\xBD\xED\xA0\xBD\xED\xB8\x82", 1), "\uFFFD\xF0\x9F\x98\x82");
}

TEST(Text, DecodesOneCharacterAtATime) {
  const std::string text = "a\xC3\xA9\xE6\x9D\xB1\xF0\x9F\x98\x80";
  std::size_t at = 0;
  EXPECT_EQ(NextCharacter(text, &at), U'a');
  EXPECT_EQ(NextCharacter(text, &at), U'é');
  EXPECT_EQ(NextCharacter(text, &at), U'東');
  EXPECT_EQ(NextCharacter(text, &at), U'\U0001F600');
  EXPECT_EQ(at, text.size());
}

}  // namespace
}  // namespace soulprint
