#include "report/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <string_view>

#include "pipeline/section_schema.hpp"
#include "report/text.hpp"
#include "report_page.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

// The tags of a page in their order, with the names and without the values of their attributes.
std::string Tags(const std::string& page) {
  std::string tags;
  for (std::size_t begin = 0; (begin = page.find('<', begin)) != page.npos;) {
    const std::size_t end = page.find('>', begin);
    if (end == page.npos) return tags + "unclosed";
    bool value = false;
    for (const char c : page.substr(begin, end + 1 - begin)) {
      if (c == '"') value = !value;
      if (!value) tags += c;
    }
    begin = end;
  }
  return tags;
}

// A report in which every field that takes text holds this one.
Report FullOf(const std::string& text) {
  Report report;
  for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
    nlohmann::ordered_json section;
    for (const SectionField& field : SectionSchema(i)) {
      section[std::string(field.name)] =
          field.list ? nlohmann::ordered_json({text, text}) : nlohmann::ordered_json(text);
    }
    section["x" + text] = text;
    section["y" + text] = "";
    report.profile.sections[i] = section.dump();
  }
  report.profile.memory_md = "## " + text + "\nw " + text + "\n- w " + text + "\n- **" + text +
                             "** w\n## " + text + "\nNo data yet.";
  for (const Category category : kCategories) {
    ReportFact fact = SaidFact(category, "f" + text, "q" + text);
    fact.fact.more = {text, text};
    fact.title = text;
    fact.notes = text;
    report.facts.push_back(fact);
    fact.fact.quote = fact.fact.text;
    report.facts.push_back(fact);
    fact.holds = false;
    fact.fact.superseded_by = 0;
    report.facts.push_back(fact);
  }
  report.facts_in_all = 40;
  report.earlier.emplace().memory_md = "plain " + text;
  report.earlier->sections[0] = "no JSON " + text;
  report.months = {{MonthOf(2023, 5), 3}};
  return report;
}

// --- foreign text

TEST(Report, LetsNoForeignTextOutOfItsPlace) {
  const std::string harmless = RenderReport(FullOf("word"));
  for (const std::string hostile : {"w<script>alert(1)</script>",
                                    "w</style><script>alert(1)</script>",
                                    "w</title><b>x",
                                    "w<img src=x onerror=alert(1)>",
                                    "w\" onclick=\"alert(1)",
                                    "w' autofocus onfocus='alert(1)",
                                    "w<a href=\"javascript:alert(1)\">x</a>",
                                    "w--><!--",
                                    "w]]>",
                                    "w<![CDATA[x",
                                    "w&lt;b&gt;",
                                    "w&#60;script&#62;",
                                    "w<svg onload=alert(1)>",
                                    "w<style>@import 'x'</style>",
                                    "w{} {} {}",
                                    "w<?xml?>",
                                    "w\\<b>",
                                    "w`<b>`",
                                    "w[x](javascript:alert(1))",
                                    "w<base href=//x>",
                                    "w<meta http-equiv=refresh content=0>",
                                    "w=</h1>=",
                                    "w<\xE2\x80\x8B/b>"}) {
    const std::string page = RenderReport(FullOf(hostile));
    EXPECT_EQ(Tags(page), Tags(harmless)) << hostile;
    EXPECT_FALSE(Has(page, hostile) && hostile.find_first_of("<>\"'&") != hostile.npos) << hostile;
  }
}

TEST(Report, WritesEverySpecialCharacterAsAReference) {
  EXPECT_EQ(HtmlText("a & b < c > d \" e ' f"), "a &amp; b &lt; c &gt; d &quot; e &#39; f");
  EXPECT_EQ(HtmlText("&amp;"), "&amp;amp;");
}

TEST(Report, ShowsNoInvisibleCharacter) {
  const std::string text =
      "w\x01\x02\x1B["
      "31m\x7F\u0085\u00AD\u200B\u200E\u202Ea\u2066b\u2069\uFEFF\U000E0041z\uFFFE\uFFFF";
  const std::string page = RenderReport(FullOf(text));
  EXPECT_EQ(page, Visible(page));
  EXPECT_FALSE(Has(page, "\uFFFE") || Has(page, "\uFFFF")) << "XML forbids them";
  EXPECT_TRUE(Has(page, "w[31m abz\uFFFD\uFFFD"));
}

TEST(Report, LetsEachTextRunInItsOwnDirection) {
  const std::string page = RenderReport(FullOf("שלום"));
  for (std::size_t at = 0; (at = page.find("שלום", at)) != page.npos; ++at) {
    const std::size_t element = page.rfind('<', at);
    const std::string tag = page.substr(element, at - element);
    const std::string before = page.substr(page.rfind('<', element - 1), element);
    const bool aside = tag.starts_with("<title>") || tag.starts_with("<p class=\"quiet\"");
    EXPECT_TRUE(aside || Has(tag + before.substr(0, 60), "dir=\"auto\"") || Has(tag, "<bdi>"))
        << tag;
  }
}

TEST(Report, CutsWhatIsTooLong) {
  EXPECT_EQ(HtmlText(std::string(2000, 'a')), std::string(2000, 'a'));
  EXPECT_EQ(HtmlText(std::string(2001, 'a')), std::string(2000, 'a') + "…");
  EXPECT_LT(RenderReport(FullOf(std::string(100000, '&'))).size(), 4000000U);
}

// --- the page

TEST(Report, LoadsAndRunsNothing) {
  const std::string page = RenderReport(FullOf("word"));
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(Has(page,
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\"/>"));
  for (const char* loader : {"<script", "<link", "<img", "<iframe", "src=", "url(", "@import",
                             "@font-face", "http:", "https:", "javascript:"}) {
    EXPECT_FALSE(Has(page, loader)) << loader;
  }
}

TEST(Report, HasHeadingsInOrder) {
  const std::string page = RenderReport(FullOf("word"));
  int level = 0;
  const std::regex heading("<h([1-6])");
  for (std::sregex_iterator it(page.begin(), page.end(), heading), end; it != end; ++it) {
    const int next = std::stoi((*it)[1]);
    EXPECT_LE(next, level + 1);
    EXPECT_TRUE(next > 1 || level == 0) << "one h1";
    level = next;
  }
  EXPECT_GT(level, 0);
}

TEST(Report, SaysKindlyThatThereIsNothingYet) {
  Report report;
  EXPECT_TRUE(Has(RenderReport(report), "<h1>There is nothing here yet</h1>"));
  EXPECT_TRUE(Has(RenderReport(report), "has not been made yet"));
  EXPECT_FALSE(Has(RenderReport(report), "What you said"));
  report.being_made = true;
  report.months = {{MonthOf(2023, 5), 3}};
  EXPECT_TRUE(Has(RenderReport(report), "is being made right now. Come back in a while."));
  EXPECT_TRUE(Has(RenderReport(report), "May 2023: 3"));
}

TEST(Report, IsHeadedByTheUsersName) {
  Report report;
  report.profile.sections[2] = R"({"name":"Ada & Co"})";
  report.profile.sections[1] = R"({"ai_name":"Wren","archetype":"The Cartographer","vibe":["no"]})";
  report.being_made = true;
  const std::string page = RenderReport(report);
  EXPECT_TRUE(Has(page, "<title>Soulprint: Ada &amp; Co</title>"));
  EXPECT_TRUE(Has(page, "<h1 dir=\"auto\">Ada &amp; Co</h1>"));
  EXPECT_TRUE(Has(page, "<p class=\"archetype\" dir=\"auto\">The Cartographer</p>"));
  EXPECT_TRUE(Has(page, "<bdi>Wren</bdi>"));
  EXPECT_TRUE(Has(page, "A newer version is being made right now."));
  report.profile.sections[2] = R"({"name":"Not enough data"})";
  EXPECT_TRUE(Has(RenderReport(report), "<title>Your soulprint</title>"));
}

// --- sections and MEMORY

TEST(Report, HasAPlainTitleForEachField) {
  for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
    for (const SectionField& field : SectionSchema(i)) {
      std::string words(field.name);
      std::ranges::replace(words, '_', ' ');
      if (field.name == "name" || field.name == "emoji_style") continue;
      EXPECT_NE(LowerAscii(FieldTitle(field.name)), words);
    }
  }
  EXPECT_EQ(FieldTitle("pet_name"), "Pet name");
}

TEST(Report, GathersWhatIsNotKnown) {
  Report report;
  report.profile.sections[2] =
      R"({"interests":["not enough data",""],"zeta":7,"name":"Ada","location":"","occupation":null})";
  const std::string seen = Seen(RenderReport(report));
  EXPECT_TRUE(Has(seen, "NameAdaZeta7Not known yet: Where you live, What you do, What you like."))
      << seen;
  report.profile.sections[2] = R"({"interests":["sea","stars"]})";
  EXPECT_TRUE(Has(RenderReport(report), "<li dir=\"auto\">sea</li><li dir=\"auto\">stars</li>"));
}

TEST(Report, SaysHowManyValuesAndLinesAreLeftOut) {
  Report report;
  const nlohmann::json interests(201, nlohmann::json("sea"));
  report.profile.sections[2] = nlohmann::json{{"interests", interests}}.dump();
  EXPECT_TRUE(Has(RenderReport(report), "</ul><p class=\"quiet\">and 1 more</p></dd>"));
  report = Report();
  for (int i = 0; i < 2002; ++i) {
    report.profile.memory_md = report.profile.memory_md.value_or("") + "- line\n";
  }
  EXPECT_TRUE(Has(RenderReport(report), "</ul><p class=\"quiet\">and 2 more</p>"));
}

TEST(Report, ShowsASectionThatIsNoJsonAsText) {
  Report report;
  report.profile.sections[0] = "one\n\n{two}";
  EXPECT_TRUE(Has(RenderReport(report), "<p dir=\"auto\">one</p><p dir=\"auto\">{two}</p>"));
}

TEST(Report, ReadsTheMarkdownOfMemory) {
  Report report;
  report.profile.memory_md =
      "intro\n## Preferences\n- likes **dry \\<b> wit** a lot\n  * \\# tea\n# Dates\nNo data yet.\n"
      "### Rest\n1 ** 2\n#tag";
  EXPECT_TRUE(Has(RenderReport(report),
                  "<p dir=\"auto\">intro</p><h3 dir=\"auto\">Preferences</h3><ul>"
                  "<li dir=\"auto\">likes <strong>dry &lt;b&gt; wit</strong> a lot</li>"
                  "<li dir=\"auto\"># tea</li></ul><h3 dir=\"auto\">Rest</h3>"
                  "<p dir=\"auto\">1 ** 2</p><p dir=\"auto\">#tag</p>"
                  "<p class=\"quiet\">Not known yet: Dates.</p>"));
}

}  // namespace
}  // namespace soulprint
