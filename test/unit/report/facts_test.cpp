// The parts of a report that show rows: facts, timeline, changes, origin.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "report/report.hpp"
#include "report/text.hpp"
#include "report_page.hpp"

namespace soulprint {
namespace {

// --- facts

TEST(ReportParts, ShowsAFactWithWordsAndDay) {
  Report report;
  report.profile.memory_md = "";
  report.facts = {SaidFact(Category::kPerson, "Lives in Oslo", "Oslo is home"),
                  SaidFact(Category::kPreferences, "I like TEA", "I like tea"),
                  SaidFact(Category::kBeliefs, "Trusts maps")};
  report.facts[0].title = "Moving";
  report.facts[0].times = 3;
  report.facts[2].said.reset();
  report.facts_in_all = 3;
  std::string page = RenderReport(report);
  EXPECT_TRUE(Has(page,
                  "<span>Lives in Oslo</span></p><blockquote dir=\"auto\">“Oslo is "
                  "home”</blockquote><p class=\"quiet\"><time datetime=\"2023-05-04\">4 May "
                  "2023</time> · in <bdi>“Moving”</bdi> · said 3 times</p>"));
  EXPECT_TRUE(Has(page, "<li class=\"holds\"><blockquote dir=\"auto\">“I like TEA”</blockquote>"));
  EXPECT_TRUE(Has(Seen(page), "Trusts mapsgathered from what you wrote, not in your words"));
  EXPECT_FALSE(Has(page, "not on this page"));
  report.facts_in_all = 1004;
  EXPECT_TRUE(Has(RenderReport(report), "1,001 facts of lesser weight are not on this page."));
}

TEST(ReportParts, KeepsWordsThatNobodyFoundToItself) {
  Report report;
  report.profile.memory_md = "";
  report.facts = {SaidFact(Category::kPerson, "Owns a yacht", "my yacht")};
  report.facts[0].fact.verified = false;
  EXPECT_FALSE(Has(RenderReport(report), "my yacht"));
  report.facts[0].notes = "saved memory of ChatGPT";
  EXPECT_TRUE(
      Has(Seen(RenderReport(report)), "“my yacht”4 May 2023 · from saved memory of ChatGPT"));
}

TEST(ReportParts, KnowsWhatTheUserStated) {
  Report report;
  report.profile.memory_md = "";
  report.facts = {SaidFact(Category::kPerson, "Lives in Porto", "Lives in Porto")};
  report.facts[0].notes = kOwnStatement;
  EXPECT_TRUE(
      Has(Seen(RenderReport(report)), "“Lives in Porto”4 May 2023 · as you put it yourself"));
}

TEST(ReportParts, ShowsWhatChangedAsPast) {
  Report report;
  report.profile.memory_md = "";
  report.facts = {SaidFact(Category::kPerson, "Lives in Rome", "Rome"),
                  SaidFact(Category::kPerson, "Lives in Oslo", "Oslo"),
                  SaidFact(Category::kPerson, "Is single", "single")};
  report.facts[0].holds = report.facts[2].holds = false;
  report.facts[0].fact.superseded_by = 1;
  report.facts[1].said = *report.facts[1].said - kDay;
  const std::string page = RenderReport(report);
  EXPECT_LT(page.find("Lives in Oslo"), page.find("Lives in Rome")) << "what holds comes first";
  EXPECT_TRUE(Has(page, "<li class=\"past\"><p dir=\"auto\"><s>Lives in Rome</s></p>"));
  EXPECT_TRUE(Has(page, "<p class=\"now\" dir=\"auto\">Now: Lives in Oslo</p>"));
  EXPECT_TRUE(Has(page, "<p class=\"now\">This has changed since.</p>"));
}

TEST(ReportParts, FoldsManyFactsAway) {
  Report report;
  report.profile.memory_md = "";
  for (int i = 0; i < 30; ++i) {
    report.facts.push_back(SaidFact(Category::kPerson, "fact " + std::to_string(i)));
  }
  EXPECT_TRUE(Has(RenderReport(report), "<h3>Your life <small>30</small></h3>"));
  EXPECT_TRUE(Has(RenderReport(report), "<details><summary>6 more</summary>"));
}

TEST(ReportParts, TakesNoTimeForManyFactsAndLines) {
  Report report;
  report.earlier = PublishedProfile{};
  for (int i = 0; i < 20000; ++i) {
    report.facts.push_back(SaidFact(Category::kPerson, "fact " + std::to_string(i), "words"));
    report.profile.memory_md = report.profile.memory_md.value_or("") + "- line\n";
  }
  EXPECT_FALSE(RenderReport(report).empty());
}

// --- timeline

Report WithMonths(std::vector<ReportMonth> months) {
  Report report;
  report.months = std::move(months);
  return report;
}

TEST(ReportParts, DrawsABarForEachMonth) {
  Report report = WithMonths({{MonthOf(2023, 11), 4}, {MonthOf(2024, 6), 1000}});
  report.undated = 2;
  const std::string page = RenderReport(report);
  EXPECT_TRUE(Has(page, "viewBox=\"0 0 120 100\"")) << "at least twelve months";
  EXPECT_TRUE(Has(
      page, "<rect x=\"111\" y=\"0\" width=\"8\" height=\"100\"><title>June 2024: 1,000</title>"));
  EXPECT_TRUE(Has(
      page, "<rect x=\"41\" y=\"98\" width=\"8\" height=\"2\"><title>November 2023: 4</title>"));
  EXPECT_TRUE(Has(page, "<svg role=\"img\" aria-labelledby=\"timeline-title\""));
  EXPECT_TRUE(
      Has(page,
          "<title id=\"timeline-title\">Conversations over time. From November 2023 to June "
          "2024; most in June 2024: 1,000.</title>"));
  EXPECT_TRUE(Has(Seen(page), "Jul 20232024Jun 2024")) << "the axis";
  EXPECT_TRUE(Has(page, "2 conversations without a date."));
}

TEST(ReportParts, DrawsYearsOfALongLifeAndCountsTheRest) {
  const std::string page = RenderReport(WithMonths(
      {{MonthOf(1, 1), 5}, {MonthOf(1990, 2), 1}, {MonthOf(1990, 3), 1}, {MonthOf(2024, 6), 7}}));
  EXPECT_TRUE(Has(page, "<title>1990: 2</title>"));
  EXPECT_TRUE(Has(page, "viewBox=\"0 0 1800 100\""));
  EXPECT_TRUE(Has(page, "5 conversations before that."));
}

TEST(ReportParts, CountsConversationsWithoutADateAlone) {
  Report report;
  EXPECT_TRUE(Has(RenderReport(report), "There are no conversations to be seen."));
  report.undated = 1;
  EXPECT_TRUE(Has(RenderReport(report), "1 conversation without a date."));
}

// --- changes and origin

TEST(ReportParts, TellsWhatChanged) {
  Report report;
  report.profile.memory_md = "## A\n- stays\n- **new** one\n- new one";
  report.profile.sections[2] = R"({"name":"Ada","interests":["sea","stars"]})";
  EXPECT_TRUE(Has(RenderReport(report), "This is the first version"));
  report.earlier = report.profile;
  report.replaced = kMay4;
  EXPECT_TRUE(Has(Seen(RenderReport(report)), "Nothing, since 4 May 2023."));
  report.earlier->memory_md = "- stays\n- old <one>";
  report.earlier->sections[2] = R"({"name":"Ada","interests":["stars"]})";
  const std::string page = RenderReport(report);
  EXPECT_TRUE(Has(page,
                  "<h3>About you</h3><div class=\"changes\"><div class=\"new\"><h4>New</h4><ul><li "
                  "dir=\"auto\">What you like: sea</li></ul></div></div>"));
  EXPECT_TRUE(
      Has(page,
          "<h4>New</h4><ul><li dir=\"auto\">new one</li></ul></div><div "
          "class=\"gone\"><h4>No longer there</h4><ul><li dir=\"auto\">old &lt;one&gt;</li>"));
}

TEST(ReportParts, TellsAtMostAHundredChangesOfAPart) {
  Report report;
  report.earlier = PublishedProfile{};
  for (int i = 0; i < 101; ++i) {
    report.profile.memory_md = report.profile.memory_md.value_or("") + std::to_string(i) + "\n";
  }
  EXPECT_TRUE(Has(RenderReport(report), "<p class=\"quiet\">and 1 more</p>"));
}

TEST(ReportParts, TellsHowItWasMade) {
  Report report;
  report.profile.memory_md = "";
  report.cost_usd = 12.345;
  EXPECT_TRUE(Has(Seen(RenderReport(report)), "CostUp to now $12.35"));
  report.pass = ReportPass{
      .conversations = 2000, .sampled = 200, .coverage = 0.639, .cost_usd = 0.004, .ended = kMay4};
  report.unread = 1;
  const std::string seen = Seen(RenderReport(report));
  EXPECT_TRUE(Has(seen, "Made on4 May 2023"));
  EXPECT_TRUE(Has(seen, "63 % of the text of your 2,000 conversations"));
  EXPECT_TRUE(Has(seen, "Up to 200 of these 2,000"));
  EXPECT_TRUE(Has(seen, "Not read yet1 conversation came in since"));
  EXPECT_TRUE(Has(seen, "This version: less than $0.01"));
  report.pass->coverage = 1;
  report.pass->sampled = 2000;
  EXPECT_TRUE(Has(Seen(RenderReport(report)), "All of your 2,000 conversations"));
  EXPECT_TRUE(Has(Seen(RenderReport(report)), "All of them side by side"));
  EXPECT_EQ(MoneyText(0), "nothing");
  EXPECT_EQ(MoneyText(1234.5), "$1,234.50");
}

}  // namespace
}  // namespace soulprint
