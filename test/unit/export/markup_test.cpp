// Marks that are removed from an assistant's text, and text that stays.

#include "export/markup.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

// The visible words of a text in which < | > stand for the private-use marks.
std::string Marked(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '<') {
      result += "\uE200";
    } else if (c == '|') {
      result += "\uE202";
    } else if (c == '>') {
      result += "\uE201";
    } else {
      result += c;
    }
  }
  return result;
}

std::string Shown(std::string_view text) { return WithoutMarkup(Marked(text)); }

TEST(AssistantMarkup, RemovesWholeSpans) {
  EXPECT_EQ(Shown("It rains <cite|turn0search3|turn0news2>."), "It rains.");
  EXPECT_EQ(Shown("A<filecite|turn0file1|L3-L4> and B <navlist|x>, C"), "A and B, C");
  EXPECT_EQ(Shown("x <cite|a><cite|b>"), "x");
  EXPECT_EQ(Shown("x <whatever|secret> y"), "x  y");
  EXPECT_EQ(Shown("<i|turn0image1>"), "");
}

TEST(AssistantMarkup, KeepsTheWordsOfEntitiesAndLinks) {
  EXPECT_EQ(Shown("In <entity|[\"city\",\"Paris\",\"France\"]>, spring"), "In Paris, spring");
  EXPECT_EQ(Shown("See <url|The docs|https://x.test>."), "See The docs.");
  EXPECT_EQ(Shown("See <link_title|Manual|turn0search1>."), "See Manual.");
  EXPECT_EQ(Shown("a <entity|[\"city\"]> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|[broken> b"), "a  b");
  EXPECT_EQ(Shown("a <entity> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|Paris> b"), "a Paris b");
  EXPECT_EQ(Shown("See <url|[\"The docs\",\"x\"]|https://x.test>."), "See The docs.");
}

TEST(AssistantMarkup, OfAListOneStringIsReadWhateverFollows) {
  EXPECT_EQ(Shown("In <entity|[\"city\" , \"Paris\">, spring"), "In Paris, spring");
  EXPECT_EQ(Shown("In <entity|[\"city\",\"Paris\",[[{>, spring"), "In Paris, spring");
  EXPECT_EQ(Shown(R"(<entity|["a\\","say \"hi\", \u00e9\\"]>)"), "say \"hi\", é\\");
  EXPECT_EQ(Shown("a <entity|[\"city\",\"Par> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|[\"city\",5,\"Paris\"]> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|[\"city\"\"Paris\"]> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|[\"city\",\"\\x\"]> b"), "a  b");
  EXPECT_EQ(Shown("a <entity|[\"city\",\"\\> b"), "a  b");
}

TEST(AssistantMarkup, WordsOfAListAreStorable) {
  EXPECT_EQ(Shown(R"(<entity|["city","Par\u0000is"]>)"), "Par\uFFFDis");
  EXPECT_EQ(Shown(R"(<url|["\ud83d \ud83d\ude00"]>)"), "\uFFFD 😀");
}

TEST(AssistantMarkup, ATitleMayBeginWithABracket) {
  EXPECT_EQ(Shown("<url|[1706.03762] Attention Is All You Need|https://x.test>"),
            "[1706.03762] Attention Is All You Need");
  EXPECT_EQ(Shown("See <link_title|[PDF] Report|turn0search1>."), "See [PDF] Report.");
}

TEST(AssistantMarkup, DropsStrayMarksAndKeepsTheText) {
  EXPECT_EQ(Shown("a > b | c < d"), "a  b  c  d");
  EXPECT_EQ(Shown("a <cite|turn0search3"), "a");
  EXPECT_EQ(Shown("<b <cite|x>c"), "b c");
  EXPECT_EQ(WithoutMarkup("a\uE203\uE204 \uE205 \uE23F"), "a \uE205 \uE23F");
}

TEST(AssistantMarkup, RemovesCitationsThatLostTheirMarks) {
  EXPECT_EQ(WithoutMarkup("Yes citeturn0search3turn12news0."), "Yes.");
  EXPECT_EQ(WithoutMarkup("Yes fileciteturn0file1 no"), "Yes  no");
  EXPECT_EQ(WithoutMarkup("cite turn0search3, citeturn, citeturnover, recite"),
            "cite turn0search3, citeturn, citeturnover, recite");
}

TEST(AssistantMarkup, RemovesOldCitations) {
  EXPECT_EQ(WithoutMarkup("Fact 【11†source】. More【4:0†a.pdf】【0†L12-L30】"), "Fact. More");
  EXPECT_EQ(WithoutMarkup("【東京】 and 【x†y】 and 【1"), "【東京】 and 【x†y】 and 【1");
}

TEST(AssistantMarkup, KeepsTheLabelOfSandboxLinks) {
  EXPECT_EQ(WithoutMarkup("[Get it](sandbox:/mnt/data/a.csv), ![plot](sandbox:/b.png)"),
            "Get it, plot");
  EXPECT_EQ(WithoutMarkup("](sandbox:/x) [a](sandbox:/unclosed"),
            "](sandbox:/x) [a](sandbox:/unclosed");
  EXPECT_EQ(WithoutMarkup("[a](https://x.test)"), "[a](https://x.test)");
  EXPECT_EQ(WithoutMarkup("([Get it](sandbox:/mnt/data/report (1) (b(c)).csv), done)"),
            "(Get it, done)");
  EXPECT_EQ(WithoutMarkup("[a](sandbox:/x(y.csv) (b) c\n(d))"), "a (b) c\n(d))");
  EXPECT_EQ(WithoutMarkup("[a](sandbox:/x(y.csv) ([b](sandbox:/z)))"), "a (b))");
}

TEST(ClaudeMarkup, RemovesThinkingArtifactsAndWhatStandsForTools) {
  const std::string ran = "This block is not supported on your current device yet.";
  EXPECT_EQ(WithoutClaudeMarkup("a\n```\n" + ran + "\n```\nb " + ran + "c"), "a\n\nb c");
  EXPECT_EQ(WithoutClaudeMarkup("```\n" + ran + "\nx\n```"), "```\n\nx\n```");
  EXPECT_EQ(
      WithoutClaudeMarkup("<antThinking>no</antThinking>a<antArtifact t=\"x\">no</antArtifact>b"),
      "ab");
  EXPECT_EQ(WithoutClaudeMarkup("<antThinking>open <antArtifact"),
            "<antThinking>open <antArtifact");
  std::string openers;
  for (int i = 0; i < 200000; ++i) openers += "<antThinking";
  EXPECT_EQ(WithoutClaudeMarkup(openers), openers);
}

TEST(AssistantMarkup, OrdinaryTextStays) {
  const std::string text = "# Title\n\n| a | b |\n```c\nint x[3];\n```\nlink, cite, url 東京 😀";
  EXPECT_EQ(WithoutMarkup(text), text);
}

TEST(AssistantMarkup, HostileTextTakesLinearTime) {
  std::string openers, brackets, links, parentheses, fields, strings;
  for (int i = 0; i < 200000; ++i) {
    openers += "\uE200";
    brackets += "【1†";
    links += "](sandbox:/";
    parentheses += "[x](sandbox:/(";
    fields += "|";
    strings += "\\u0000,";
  }
  EXPECT_EQ(WithoutMarkup(openers), "");
  EXPECT_EQ(WithoutMarkup(brackets), brackets);
  EXPECT_EQ(WithoutMarkup(links), links);
  EXPECT_EQ(WithoutMarkup(parentheses), parentheses);
  EXPECT_EQ(Shown("<url|x" + fields + ">"), "x");
  EXPECT_EQ(Shown("<url|[\"" + strings + "\"]>").size(), 800000u);
}

}  // namespace
}  // namespace soulprint
