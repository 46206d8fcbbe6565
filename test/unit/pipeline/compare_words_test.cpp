#include "pipeline/compare_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

// "word/beginning", "+pair" where a pair continues the one before.
std::string Words(std::string_view text) {
  std::string words;
  for (const ComparedWord& word : ComparedWords(text)) {
    if (!words.empty()) words += ' ';
    if (word.continues) words += '+';
    words += word.text;
    if (!word.beginning.empty()) words += "/" + word.beginning;
  }
  return words;
}

TEST(ComparedWords, FoldsCaseWidthAndDiacritics) {
  EXPECT_EQ(Words("NURSE"), "nurse/nurse");
  EXPECT_EQ(Words("São Café Größe Ελλάδα Йод"),
            "sao/sao cafe/cafe grosse/gross ελλαδα/ελλαδ иод/иод");
  EXPECT_EQ(Words("ＡＢＣ"), Words("abc"));
  EXPECT_EQ(Words("cafe\u0301"), Words("café"));
  EXPECT_EQ(Words("ya\u00ADcht"), "yacht/yacht");
}

TEST(ComparedWords, KeepsMarksThatMakeAnotherLetter) {
  EXPECT_NE(Words("किताब"), Words("कताब"));
  EXPECT_NE(Words("がき"), Words("かき"));
}

TEST(ComparedWords, IgnoresMarksOfMarkdown) {
  EXPECT_EQ(Words("- **Boat** — `sails` [far](x)\n## \\#1 _wind_"), Words("Boat sails far 1 wind"));
  EXPECT_EQ(Words("\"traits\":[\"calm\"]"), "traits/trait calm/calm");
}

TEST(ComparedWords, LeavesOutSmallWordsAndSingleLetters) {
  EXPECT_EQ(Words("I am in the x und der L'hôtel, que, non"), "hotel/hotel");
  EXPECT_EQ(Words("The AI has 5 dogs"), "ai/ai 5 dogs/dog");
  EXPECT_EQ(Words(""), "");
  EXPECT_EQ(Words("... !"), "");
}

TEST(ComparedWords, ABeginningHasFiveLettersAndNoPlural) {
  EXPECT_EQ(Words("paintings painted glass gas cats"),
            "paintings/paint painted/paint glass/glass gas/gas cats/cat");
  EXPECT_EQ(Words("2024 150000"), "2024 150000");
}

TEST(ComparedWords, PairsWhereNoSpacesStand) {
  EXPECT_EQ(Words("我在北京"), "我在 +在北 +北京");
  EXPECT_EQ(Words("茶"), "茶");
  EXPECT_EQ(Words("用Rust写，茶"), "用 rust/rust 写 茶");
  EXPECT_EQ(Words("서울에 산다"), "서울 +울에 산다");
}

}  // namespace
}  // namespace soulprint
