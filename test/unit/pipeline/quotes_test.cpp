// Quotes in the user's own words, and quotes that only look like them.

#include "pipeline/quotes.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

// A chunk in which only the user speaks.
Chunk Said(const std::string& text) {
  Chunk chunk;
  chunk.content = "# T\n\nUser: " + text;
  chunk.total = 1;
  chunk.spans.push_back({Role::kUser, 11, chunk.content.size(), 0, {}});
  return chunk;
}

SaidBy WhoSaid(const Chunk& chunk, const std::string& quote) {
  return SpokenWords({{"c", "T", {}, chunk}}).Find(quote).by;
}

bool Holds(const Chunk& chunk, const std::string& quote) {
  return WhoSaid(chunk, quote) == SaidBy::kUser;
}

struct Case {
  std::string said;
  std::string quote;
  bool holds;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Holds(Said(c.said), c.quote), c.holds) << c.said << " | " << c.quote;
  }
}

TEST(Quotes, WholeWordsOnly) {
  const std::string said =
      "I am therapist. I never smoke. No, I do not like Trump. It's 150,000 €.";
  Check({{said, "I am therapist", true},
         {said, "I am therapist.", true},
         {said, "No, I do not like Trump", true},
         {said, "I am the rapist", false},
         {said, "am the rapist", false},
         {said, "I am therap", false},
         {said, "am therapist. I nev", false},
         {said, "s 150,000 €", false},
         {said, "'s 150,000", false},
         {said, "Trump. It's 150", false},
         {said, "Trump. It's 150,000", true},
         {said, "love Trump dearly", false},
         {"I am a non-smoker now", "smoker now and", false},
         {"I am a non-smoker now", "a non-smoker now", true},
         {"I am a non-smoker now", "I am a non", false},
         {"I am a non-smoker now", "I am a non-", false},
         {"I don\u2019t like it at all", "t like it at all", false},
         {"I don\u2019t like it at all", "I don", false},
         {"he said 'I like green tea' twice", "I like green tea", true},
         {"my snake_case is a style", "case is a style", false},
         {"ab I like tea, I like tea", "b I like tea", false},
         {"xI like tea, yes I like tea", "I like tea", true},
         {"I like tea", "I like tea", true}});
}

TEST(Quotes, CaseIsFoldedAsUnicodeDoes) {
  Check({{"Ich wohne in der Hauptstra\u00DFe", "HAUPTSTRASSE", true},
         {"T\u00D4I TH\u00CDCH \u1EA8M TH\u1EF0C", "t\u00F4i th\u00EDch \u1EA9m th\u1EF1c", true},
         {"\u039C\u03BF\u03C5 \u03B1\u03C1\u03AD\u03C3\u03B5\u03B9 \u03BF \u03BA\u03B1\u03C6\u03AD"
          "\u03C2",
          "\u039C\u039F\u03A5 \u0391\u03A1\u0388\u03A3\u0395\u0399 \u039F \u039A\u0391\u03A6\u0388"
          "\u03A3",
          true},
         {"\u042F \u043B\u044E\u0431\u043B\u044E \u0447\u0430\u0439",
          "\u044F \u041B\u042E\u0411"
          "\u041B\u042E \u0427\u0410\u0419",
          true},
         {"\u0130stanbul'da ya\u015F\u0131yorum", "istanbul'da ya\u015F\u0131yorum", true},
         {"ben istanbul'da ya\u015F\u0131yorum", "Ben \u0130stanbul'da", true},
         {"\uFF29 \uFF4C\uFF49\uFF4B\uFF45 tea", "\uFF49 \uFF2C\uFF29\uFF2B\uFF25 TEA", true},
         // The same letters in one piece and in two.
         {"I love cafe\u0301 cre\u0300me", "i love caf\u00E9 cr\u00E8me", true},
         {"I love cafe\u0301", "I love cafe", false}});
}

TEST(Quotes, WhiteSpaceIsFoldedNotDropped) {
  Check({{"I   really\n\u00A0Like\tTea.", "i really like tea", true},
         {"I really like tea", "I\u2028really\n\n like  tea", true},
         {"I really like tea", "I reallylike tea", false},
         {"I am a therapist", "I am a the rapist", false},
         {"Ireallyliketea anyway", "I really like tea", false}});
}

TEST(Quotes, WhatNobodySeesMakesNoDifference) {
  Check(
      {{"I like\u202E green\u202C tea", "I like green tea", true},
       {"I never smoke", "I ne\u202Ever smo\U000E0041ke", true},
       {"I am the\u200Brapist", "the rapist is I", false},
       {"I am the\u200Brapist", "I am therapist", true},
       {"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 \u0686\u0627\u06CC \u0633\u0628\u0632",
        "\u0645\u06CC\u062E\u0648\u0627\u0647\u0645 \u0686\u0627\u06CC \u0633\u0628\u0632", true}});
}

TEST(Quotes, ThreeWordsOrTwelveCharacters) {
  const std::string said =
      "I am a. 1 2 3. vegetarians eat twelvecharac and elevenchars, don't they";
  Check({{said, "I am a", true},
         {said, "1 2 3", true},
         {said, "twelvecharac", true},
         {said, "elevenchars", false},
         {said, "elevenchars,", false},
         {said, "don't they", false},
         {said, "I am", false},
         {said, "a", false},
         {said, ".", false},
         {said, "", false},
         {said, " \n", false},
         {"............. ! ? ,", "............. ! ? ,", false},
         {"a ............", "a ............", false}});
}

TEST(Quotes, ScriptsWithoutSpacesHaveNoWordBordersAndCountThreefold) {
  const std::string chinese =
      "\u6211\u5F88\u559C\u6B22\u559D\u7EFF\u8336";  // I like green tea much
  const std::string thai =
      "\u0E09\u0E31\u0E19\u0E0A\u0E2D\u0E1A\u0E0A\u0E32\u0E40\u0E02\u0E35\u0E22";
  Check({{chinese, "\u559C\u6B22\u559D\u7EFF\u8336", true},
         {chinese, "\u559C\u6B22\u559D\u7EFF", true},
         {chinese, "\u559D\u7EFF\u8336", false},  // three characters
         {chinese, "\u559C\u6B22\u559D\u7EA2\u8336", false},
         {"\u6211\u7528iPhone\u624B\u673A\u62CD\u7167", "iPhone\u624B\u673A\u62CD\u7167", true},
         {"\u6211\u7528iPhone\u624B\u673A\u62CD\u7167", "Phone\u624B\u673A\u62CD\u7167", false},
         {"\u30B3\u30FC\u30D2\u30FC\u304C\u597D\u304D", "\u30B3\u30FC\u30D2\u30FC", true},
         // Not within a character: the mark after KA makes GA of it.
         {"\u30B3\u30FC\u30D2\u30FC\u304C\u597D", "\u30B3\u30FC\u30D2\u30FC\u304B", false},
         {thai, "\u0E0A\u0E2D\u0E1A\u0E0A\u0E32", true},
         {thai, "\u0E0A\u0E2D\u0E1A", false},
         {thai, "\u0E0A\u0E2D\u0E1A\u0E0A\u0E32\u0E40\u0E02", false},  // its last vowel is missing
         // Two letters with two marks each are six of the twelve.
         {"\u0E09\u0E31\u0E19\u0E2D\u0E22\u0E39\u0E48\u0E17\u0E35\u0E48\u0E19\u0E35\u0E48",
          "\u0E17\u0E35\u0E48\u0E19\u0E35\u0E48", false},
         // Khmer; the repetition mark; characters that only names have.
         {"\u1781\u17D2\u1789\u17BB\u17C6\u179A\u179F\u17CB\u1793\u17C5",
          "\u179A\u179F\u17CB\u1793\u17C5", false},
         {"\u1781\u17D2\u1789\u17BB\u17C6\u179A\u179F\u17CB\u1793\u17C5",
          "\u1789\u17BB\u17C6\u179A\u179F\u17CB\u1793\u17C5", true},
         {"\u79C1\u306F\u4F50\u3005\u6728\u3067\u3059", "\u4F50\u3005\u6728\u3067", true},
         {"\u79C1\u306F\uFA11\u91CE\u5BB6\u3067\u3059", "\uFA11\u91CE\u5BB6\u3067", true},
         {"\u79C1\u306F\U00020BB7\u91CE\u5BB6\u3067\u3059", "\U00020BB7\u91CE\u5BB6\u3067", true},
         // Korean has words: green tea-OBJECT like.
         {"\uB179\uCC28\uB97C \uC88B\uC544\uD574\uC694",
          "\uB179\uCC28\uB97C \uC88B\uC544\uD574\uC694", true},
         {"\uB179\uCC28\uB97C \uC88B\uC544\uD574\uC694", "\uB179\uCC28\uB97C \uC88B\uC544\uD574",
          false}});
}

TEST(Quotes, OnlyInOneSpanOfTheUser) {
  Chunk chunk;
  chunk.content = "# T\n\nUser: I really\nAssistant: like green tea a lot\nUser: hate you all";
  const auto add = [&](Role role, const std::string& text) {
    const std::size_t begin = chunk.content.find(text);
    chunk.spans.push_back({role, begin, begin + text.size(), 0, {}});
  };
  add(Role::kUser, "I really");
  add(Role::kAssistant, "like green tea a lot");
  add(Role::kUser, "hate you all");
  EXPECT_TRUE(Holds(chunk, "hate you all"));
  EXPECT_FALSE(Holds(chunk, "like green tea"));
  EXPECT_FALSE(Holds(chunk, "I really hate you all"));
  EXPECT_FALSE(Holds(chunk, "I really\nAssistant: like green tea"));
}

TEST(Quotes, TheEdgeOfAChunkIsNotTheEdgeOfAWord) {
  Chunk chunk = Said("");
  chunk.content = "rapist I never was, and I am the";
  chunk.spans = {{Role::kUser, 0, chunk.content.size(), 0, {}}};
  chunk.index = 1;
  chunk.total = 3;
  EXPECT_FALSE(Holds(chunk, "rapist I never was"));
  EXPECT_FALSE(Holds(chunk, "and I am the"));
  EXPECT_TRUE(Holds(chunk, "I never was, and I am"));
  chunk.total = 2;
  EXPECT_TRUE(Holds(chunk, "and I am the"));
  Chunk first = Said("I like green tea");
  first.total = 2;
  EXPECT_EQ(WhoSaid(first, "I like green tea"), SaidBy::kUserBriefly);
  first.content += "\n";
  EXPECT_TRUE(Holds(first, "I like green tea"));
  // Where each character may be a word none is cut.
  chunk.content = "\u6211\u5F88\u559C\u6B22\u559D\u7EFF\u8336";
  chunk.spans[0].end = chunk.content.size();
  chunk.total = 3;
  EXPECT_TRUE(Holds(chunk, "\u6211\u5F88\u559C\u6B22"));
  EXPECT_TRUE(Holds(chunk, "\u6B22\u559D\u7EFF\u8336"));
}

TEST(Quotes, DotsMayStandForWhatIsLeftOut) {
  const std::string said = "I moved to Leeds in 2019 and I live there with my brother Carl now.";
  Check({{said, "I moved to Leeds in 2019 ... with my brother Carl", true},
         {said, "I moved to Leeds\u2026 I live there \u2026with my brother Carl.", true},
         {said, "\u201CI moved to Leeds [\u2026] with my brother Carl\u201D", true},
         {said, "with my brother Carl ... I moved to Leeds", false},
         {said, "I moved to Leeds in 2019 ... with my sister Ann", false},
         {said, "I moved ... with my brother Carl", false},
         {said, "to Leeds in 2019 ... in 2019 and I live", false},
         {"I do not live in Leeds", "I do ... live in Leeds", false}});
}

TEST(Quotes, WhatKeyboardsAndRenderersChangeMakesNoDifference) {
  const std::string plain = "I'm from Oslo - and my \"boat\" is 9-10 m long...";
  const std::string typeset =
      "I\u2019m from **Oslo** \u2014 and my \u201Cboat\u201D is 9\u201310 m long\u2026";
  Check({{plain, typeset, true},
         {typeset, plain, true},
         {"I live in Porto, and I work there", "I live in Porto.", true},
         {"- I love tea\n- I love rain", "I love tea", true},
         {"> I **really** love `rain`!", "I really love rain", true},
         {"I love [this place](https://example.org/a) in Bern", "I love this place in Bern", true},
         {"I love [tea](and the rain a lot)", "and the rain a lot", true},
         {"I love hiking alone in the hills", "I love hiking\u2026", true},
         {"I love hiking alone in the hills", "\u2026hiking alone in the hills", true},
         {"\uFF29 have 2 cats", "I have ２ cats", true},
         {"the \uFB01rst day at work", "the first day at work", true},
         {"\u05D0\u05E0\u05D9 \u05D1\u05E6\u05D4\u05F4\u05DC \u05E9\u05E0\u05D4",
          "\u05D0\u05E0\u05D9 \u05D1\u05E6\u05D4\"\u05DC \u05E9\u05E0\u05D4", true},
         {"\u6211\u559C\u6B22\uFF0C\u7EFF\u8336", "\u6211\u559C\u6B22\u7EFF\u8336", true},
         {"I love hiking alone in the hills", "I love the hills", false},
         {"I earn 150,000 a year", "I earn 150", false},
         {"I was born in 1990-ish, they say", "I was born in 1990", false}});
}

TEST(Quotes, MarksInsideAWordMakeNoDifference) {
  for (const std::string mark : {"'", "\u2018", "\u2019", "\u02BC", "\u2032", "\uFF07", "*", "_",
                                 "~", "`", "\u00B4", "\u00B7", "\u05F3"}) {
    Check({{"I don" + mark + "t like it", "I dont like it", true}});
  }
  // Keyboards have a quotation mark for the mark of Hebrew abbreviations.
  Check({{"\u05D0\u05E0\u05D9 \u05D1\u05E6\u05D4\"\u05DC \u05DB\u05D1\u05E8",
          "\u05D0\u05E0\u05D9 \u05D1\u05E6\u05D4\u05F4\u05DC \u05DB\u05D1\u05E8", true}});
}

TEST(Quotes, WhatJoinsWordsAndNumbersStays) {
  Check({{"I am a non\u2010smoker now", "I am a non", false},
         {"I am a non\u2011smoker now", "I am a non", false},
         {"I am a non\u2011smoker now", "a non-smoker now", true},
         {"It is 5\u22127 km away", "It is 5-7 km away", true},
         {"It costs me 3.50 a day", "It costs me 3", false},
         {"I get up at 6:30 each day", "I get up at 6", false},
         {"I was born 3/4/1990 in Bern", "I was born 3", false},
         // What only stands between two words does not.
         {"I like green tea\u2014and rain", "I like green tea", true},
         {"I like green tea -and rain", "I like green tea", true},
         {"I like green tea/rain", "I like green tea", true}});
}

TEST(Quotes, TwoWordsAreEnoughIfTheyAreASentence) {
  Check({{"I'm vegan. You?", "I'm vegan", true},
         {"So:\nI'm 34\nand well", "I'm 34", true},
         {"I'm vegan, or was", "I'm vegan", false},
         {"Well, I smoke!", "I smoke", false},
         {"Yes. No.", "yes", false},
         {"Me: I smoke", "I smoke", true},
         {"\u6211\u5403\u7D20\u3002", "\u6211\u5403\u7D20", true},
         {"\u6211\u5403\u7D20\u3002\u4F60\u5462", "\u6211\u5403\u7D20", true},
         {"\u662F\u3002", "\u662F", false}});
}

TEST(Quotes, WhoSaidIt) {
  Chunk chunk = Said("");
  chunk.content = "ok, I like it here. A yacht? Surely you own a yacht. I like it here";
  chunk.spans = {{Role::kUser, 0, 19, 0, {}},
                 {Role::kAssistant, 20, 52, 1, {}},
                 {Role::kUser, 53, chunk.content.size(), 2, {}}};
  EXPECT_EQ(WhoSaid(chunk, "you own a yacht"), SaidBy::kAssistant);
  EXPECT_EQ(WhoSaid(chunk, "I own a yacht"), SaidBy::kNobody);
  EXPECT_EQ(WhoSaid(chunk, "ok"), SaidBy::kUserBriefly);
  EXPECT_EQ(WhoSaid(chunk, "\u2026"), SaidBy::kNobody);
  const FoundQuote found = SpokenWords({{"c", "T", {}, chunk}}).Find("I like it here");
  EXPECT_EQ(found.by, SaidBy::kUser);
  ASSERT_EQ(found.places.size(), 2U);
  EXPECT_EQ(found.places[0].span, 0U);
  EXPECT_EQ(found.places[1].span, 2U);
}

TEST(Quotes, TheUsersWordsCountWhoeverElseSaysThem) {
  Chunk chunk = Said("");
  chunk.content = "T: I smoke. You smoke? I smoke. Well, I smoke cigars";
  chunk.spans = {{Role::kUser, 3, 11, 0, {}},
                 {Role::kAssistant, 12, 31, 1, {}},
                 {Role::kUser, 32, chunk.content.size(), 2, {}}};
  const FoundQuote found = SpokenWords({{"c", "T", {}, chunk}}).Find("I smoke");
  EXPECT_EQ(found.by, SaidBy::kUser);  // the first message proves it
  ASSERT_EQ(found.places.size(), 2U);
  EXPECT_EQ(found.places[1].span, 2U);
}

TEST(Quotes, LinearTime) {
  const Chunk chunk = Said(std::string(3'000'000, 'a') + " I like tea");
  EXPECT_FALSE(Holds(chunk, "b" + std::string(2000, 'a')));
  EXPECT_TRUE(Holds(chunk, "I like tea"));
  std::string links;
  for (int i = 0; i < 1'000'000; ++i) links += "](";
  EXPECT_TRUE(Holds(Said(links + " I like tea"), "I like tea"));
}

}  // namespace
}  // namespace soulprint
