#include "pipeline/sections_to_soulprint.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "golden.hpp"

namespace soulprint {
namespace {

StoredSections OnlySoul(const std::string& soul) {
  StoredSections sections;
  sections[0] = soul;
  return sections;
}

std::string SoulText(const std::string& soul) {
  std::string const text = SectionsToSoulprint(OnlySoul(soul), "M");
  std::string const heading = "## Communication Style & Personality";
  std::string const end = "\n\n## Memory\nM";
  EXPECT_TRUE(text.starts_with(heading)) << text;
  EXPECT_TRUE(text.ends_with(end)) << text;
  return text.substr(heading.size(), text.size() - heading.size() - end.size());
}

TEST(SectionsToSoulprint, AgreesWithGolden) {
  for (const auto& golden : ReadGolden("soulprint_text.json")) {
    Sections sections;
    for (std::size_t i = 0; i < sections.size(); ++i) {
      sections[i] = golden["sections"][std::string(kSectionNames[i])].dump();
    }
    const std::string text = golden["text"];
    EXPECT_EQ(SectionsToSoulprint(sections, golden["memory_md"]), text) << golden["name"];
  }
}

TEST(SectionsToSoulprint, OrdersKeysBySchemaWithUnknownOnesAfterThem) {
  EXPECT_EQ(
      SoulText(R"({"zeta":"z","humor_style":"dry","alpha":"a","communication_style":"brief"})"),
      "\n**Communication Style:** brief\n**Humor Style:** dry\n**Zeta:** z\n**Alpha:** a");
}

TEST(SectionsToSoulprint, LeavesNullSectionsOut) {
  EXPECT_EQ(SectionsToSoulprint(StoredSections{}, "M"), "## Memory\nM");
  StoredSections sections;
  sections[1] = R"({"ai_name":"Kestrel"})";
  sections[4] = "{}";
  EXPECT_EQ(SectionsToSoulprint(sections, "M"),
            "## Your AI Identity\n**Ai Name:** Kestrel\n\n## My Capabilities\n\n## Memory\nM");
}

TEST(SectionsToSoulprint, WritesWhatIsNoJsonObjectVerbatim) {
  for (const char* stored : {"plain *text*\n{not json}", "[1]", "\"text\"", "{\"cut\": ", "null",
                             "Here: {\"humor_style\":\"dry\"}"}) {
    EXPECT_EQ(SoulText(stored), std::string("\n") + stored);
  }
  EXPECT_EQ(SoulText(""), "");
  std::string const deep = "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  EXPECT_EQ(SoulText(deep), "\n" + deep);
}

TEST(SectionsToSoulprint, WritesBlankAndOddValuesAsNotEnoughData) {
  EXPECT_EQ(
      SoulText(R"({"boundaries":" \u3000\n","humor_style":7,"x":{},"personality_traits":[]})"),
      "\n**Personality Traits:** not enough data\n**Boundaries:** not enough data"
      "\n**Humor Style:** not enough data\n**X:** not enough data");
}

TEST(SectionsToSoulprint, MakesLabelsOfKeys) {
  EXPECT_EQ(SoulText(R"({"do_not_EVER":"a","_x__y":"b","élan":"c","":"d"})"),
            "\n**Do Not EVER:** a\n** X  Y:** b\n**élan:** c\n**:** d");
}

TEST(SectionsToSoulprint, WritesListItemsOfAnyType) {
  EXPECT_EQ(SoulText(R"({"personality_traits":["a",1,{"k":"v"}]})"),
            "\n**Personality Traits:**\n- a\n- 1\n- {\"k\":\"v\"}");
}

// Lines with which a value, a key or MEMORY could imitate our own.
std::vector<std::string> Headings(const std::string& text) {
  std::vector<std::string> headings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) headings.push_back(line);
  }
  return headings;
}

TEST(SectionsToSoulprint, KeysValuesAndItemsAreOneLineEach) {
  for (const char* end :
       {"\\n", "\\r", "\\r\\n", "\\u000b", "\\f", "\\u0085", "\\u2028", "\\u2029"}) {
    const std::string forged = std::string("a") + end + "## Memory" + end + "- b";
    EXPECT_EQ(SoulText("{\"humor_style\":\"" + forged + "\",\"personality_traits\":[\"" + forged +
                       "\"],\"x" + end + "## y\":\"z\"}"),
              "\n**Personality Traits:**\n- a ## Memory - b\n**Humor Style:** a ## Memory - b"
              "\n**X ## Y:** z")
        << end;
  }
}

TEST(SectionsToSoulprint, NothingBeginsAHeadingOrSwallowsOne) {
  EXPECT_EQ(SoulText(R"({"personality_traits":["# a","- ## b","```","<!-- c","---",["[x]: y"]],)"
                     R"("humor_style":"<script>d","<b>":"e"})"),
            "\n**Personality Traits:**\n- \\# a\n- - \\## b\n- \\```\n- \\<!-- c\n- \\---"
            "\n- [\"[x]: y\"]\n**Humor Style:** \\<script>d\n**\\<b>:** e");
  EXPECT_EQ(SoulText("free\n## Memory\r# x\n```\n=="), "\nfree\n\\## Memory\n\\# x\n\\```\n\\==");
}

TEST(SectionsToSoulprint, WhatNobodySeesIsNotThere) {
  EXPECT_EQ(SoulText("{\"humor_style\":\"d\u200Bry \U0001F468\u200D\U0001F469 \u202Ex\","
                     "\"boundaries\":\"\u200B\",\"personality_traits\":[\"\u2060\",\"a\uFEFF\"],"
                     "\"z\u00ADz\":\"\\u001bw\"}"),
            "\n**Personality Traits:**\n- a\n**Boundaries:** not enough data"
            "\n**Humor Style:** dry \U0001F468\u200D\U0001F469 x\n**Zz:** w");
}

TEST(SectionsToSoulprint, MemoryKeepsItsOwnHeadingsOnly) {
  const std::string text = SectionsToSoulprint(
      StoredSections{},
      "# MEMORY\n## Preferences\n- a\n## Memory\n## Preferences\n## Projects\n### b");
  EXPECT_EQ(Headings(text),
            (std::vector<std::string>{"## Memory", "## Preferences", "## Projects"}));
}

}  // namespace
}  // namespace soulprint
