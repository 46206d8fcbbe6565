// MEMORY as text: made inert, judged, assembled, cut.

#include "pipeline/memory_text.hpp"

#include <gtest/gtest.h>

#include "fakes.hpp"
#include "memory_facts.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

TEST(InertMemory, DoingItTwiceChangesNothing) {
  for (const std::string& text :
       {std::string("x"), std::string(""), std::string("\n\n## Projects\n\n"),
        ScriptedModel::GoodMemory(),
        std::string("a\n  ## Projects  \n## Preferences\n## Projects\n<b>\n")}) {
    EXPECT_EQ(InertMemory(InertMemory(text)), InertMemory(text));
  }
  EXPECT_EQ(InertMemory("\n\n## Projects\n\n"), "\n\n## Projects\n\n");
  EXPECT_EQ(InertMemory("a\n  ## Projects \n## Preferences\n## Projects"),
            "a\n## Projects\n\\## Preferences\n\\## Projects");
}

TEST(IsPlaceholder, EachHeadingIsNeededOnALineOfItsOwn) {
  const std::string good = ScriptedModel::GoodMemory();
  EXPECT_FALSE(IsPlaceholder(good, 3));
  for (const char* heading :
       {"## Personal Facts", "## Preferences", "## Projects", "## Important Dates",
        "## Beliefs & Values", "## Decisions & Context"}) {
    std::string without = good;
    without.insert(without.find(heading), "x");
    EXPECT_TRUE(IsPlaceholder(without, 3)) << heading;
    EXPECT_TRUE(IsPlaceholder(without, 0)) << heading;
  }
  EXPECT_TRUE(IsPlaceholder("", 0));
}

TEST(IsPlaceholder, AnOperatorsWordingMayNotKnowPersonalFacts) {
  std::string memory_md = ScriptedModel::GoodMemory();
  memory_md.erase(0, memory_md.find("## Preferences"));
  EXPECT_TRUE(IsPlaceholder(memory_md, 3));
  EXPECT_FALSE(IsPlaceholder(memory_md, 3, false));
  EXPECT_TRUE(IsPlaceholder(memory_md.substr(1), 3, false));
  EXPECT_FALSE(IsPlaceholder(ScriptedModel::GoodMemory(), 3, false));
}

TEST(IsPlaceholder, ThinTextIsOneOnlyIfThereAreThreeFacts) {
  EXPECT_FALSE(IsPlaceholder(kNothing, 2));
  EXPECT_TRUE(IsPlaceholder(kNothing, 3));
  const std::string head =
      "## Personal Facts\n## Preferences\n## Projects\n## Important Dates\n## Beliefs & Values\n"
      "## Decisions & Context\n";
  EXPECT_TRUE(IsPlaceholder(head + "- a\n- b\n- c", 3));                  // short
  EXPECT_TRUE(IsPlaceholder(head + std::string(300, 'x') + "\n- b", 3));  // two lines
  EXPECT_FALSE(IsPlaceholder(head + std::string(300, 'x') + "\n- b\n- c", 3));
}

TEST(AssembleMemory, OneBulletForEachFactNewestFirst) {
  EXPECT_EQ(AssembleMemory({Make(Category::kPerson, "Lives in Graz", 1),
                            Make(Category::kPreferences, "Drinks coffee", 1),
                            Make(Category::kPreferences, "Drinks tea", 9),
                            Make(Category::kProjects, "Boat", 1, "of oak", "12 m"),
                            Make(Category::kProjects, "Shed", 0),
                            Make(Category::kDates, "Wedding", 1, "2024-05-01"),
                            Make(Category::kDecisions, "Sell the car", 1, "never used")},
                           5000),
            "## Personal Facts\n\n- Lives in Graz\n\n"
            "## Preferences\n\n- Drinks tea\n- Drinks coffee\n\n"
            "## Projects\n\n- **Boat** — of oak (12 m)\n- **Shed**\n\n"
            "## Important Dates\n\n- Wedding — 2024-05-01\n\n"
            "## Beliefs & Values\n\nNo data yet.\n\n"
            "## Decisions & Context\n\n- Sell the car (never used)");
}

TEST(AssembleMemory, AChangeIsTold) {
  Fact berlin = Make(Category::kPerson, "Lives in Berlin", 9);
  berlin.before = {{"Lives in\nPorto", Day(5)}, {"Lives in Lisbon", Day(1)}};
  Fact tea = Make(Category::kPerson, "Drinks tea", 8);
  tea.before = {{"Drinks coffee", std::nullopt}};
  EXPECT_TRUE(AssembleMemory({berlin, tea}, 5000)
                  .starts_with("## Personal Facts\n\n- Lives in Berlin (before: Lives in Porto, "
                               "1970-01-06)\n- Drinks tea (before: Drinks coffee)\n"));
}

TEST(AssembleMemory, FactsWithoutADateComeLast) {
  Fact undated = Make(Category::kBeliefs, "undated");
  undated.sources = {{"c", 0, -1, std::nullopt}};
  const std::string memory_md = AssembleMemory({undated, Make(Category::kBeliefs, "dated", 1)}, 99);
  EXPECT_LT(memory_md.find("- dated"), memory_md.find("- undated"));
}

TEST(AssembleMemory, AHostileFactStaysOneLine) {
  const std::string memory_md = AssembleMemory(
      {Make(Category::kProjects, "x\n## MEMORY\r\n", 1, "a\n\n## Projects", "b\u2028## Evil")},
      5000);
  EXPECT_NE(memory_md.find("- **x ## MEMORY** — a ## Projects (b ## Evil)\n"), std::string::npos);
  EXPECT_FALSE(IsPlaceholder(memory_md, 1));
}

TEST(AssembleMemory, AHostileFactStaysAFact) {
  const std::string memory_md = AssembleMemory(
      {Make(Category::kPreferences, "# a", 9), Make(Category::kPreferences, "```", 8),
       Make(Category::kPreferences, "<!-- b", 7), Make(Category::kPreferences, "- ## c", 6)},
      5000);
  EXPECT_TRUE(memory_md.find("## Preferences\n\n- \\# a\n- \\```\n- \\<!-- b\n- - \\## c\n\n## ") !=
              std::string::npos)
      << memory_md;
}

TEST(AssembleMemory, ALineThatIsCutBeginsNoHeading) {
  for (const char* text : {"-------- x", "======== x"}) {
    const std::string memory_md =
        AssembleMemory({Make(Category::kBeliefs, text + std::string(1000, 'b'))}, 40);
    EXPECT_EQ(memory_md.find("\n- --"), std::string::npos) << memory_md;
  }
}

TEST(AssembleMemory, NoCategoryEatsAll) {
  std::vector<Fact> facts;
  for (int i = 0; i < 5000; ++i) {
    facts.push_back(Make(Category::kPreferences, "Likes “" + std::to_string(i) + "”", i));
  }
  facts.push_back(Make(Category::kDecisions, "Moved to Graz", 0, std::string(500, 'y')));
  const std::string memory_md = AssembleMemory(facts, 1000);
  EXPECT_LE(EstimateTokens(memory_md), 1000U);
  EXPECT_GT(EstimateTokens(memory_md), 950U);
  EXPECT_NE(memory_md.find("Moved to Graz"), std::string::npos);
  EXPECT_NE(memory_md.find("4999"), std::string::npos);
  EXPECT_FALSE(IsPlaceholder(memory_md, 3));
}

TEST(AssembleMemory, ALineLongerThanItsShareIsCut) {
  const std::string memory_md =
      AssembleMemory({Make(Category::kBeliefs, std::string(1000, 'b'))}, 100);
  EXPECT_LE(EstimateTokens(memory_md), 100U);
  EXPECT_NE(memory_md.find("- bbbb"), std::string::npos);
  EXPECT_NE(memory_md.find("## Decisions & Context"), std::string::npos);
}

}  // namespace
}  // namespace soulprint
