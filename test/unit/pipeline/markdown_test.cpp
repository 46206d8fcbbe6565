// Foreign text in our Markdown: it begins no heading and swallows none.

#include "pipeline/markdown.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace soulprint {
namespace {

using Cases = std::vector<std::pair<std::string, std::string>>;

void Check(const Cases& cases) {
  for (const auto& [text, inert] : cases) {
    EXPECT_EQ(InertLines(text), inert) << text;
    EXPECT_EQ(InertLines(inert), inert) << text;
    // The same text on a later line.
    EXPECT_EQ(InertLines("a\n" + text), "a\n" + inert) << text;
  }
}

TEST(InertLines, Headings) {
  Check({{"# a", "\\# a"},
         {"## About You", "\\## About You"},
         {"#a", "\\#a"},
         {"#", "\\#"},
         {"   ## a", "   \\## a"},
         {"\t# a", "\t\\# a"},
         {"\u00A0# a", "\u00A0\\# a"},
         {"> # a", "> \\# a"},
         {">># a", ">>\\# a"},
         {"- # a", "- \\# a"},
         {"* + 1. > 23) # a", "* + 1. > 23) \\# a"},
         {"-\t# a", "-\t\\# a"},
         {"123456789. # a", "123456789. \\# a"},
         {"\u200B# a", "\\# a"},
         {"\U000E0041## a", "\\## a"},
         {"\x1B## a", "\\## a"},
         {"\\# a", "\\# a"},
         {"a # b", "a # b"},
         {"C# is fine", "C# is fine"},
         {"-# a", "-# a"},
         {"1.# a", "1.# a"}});
  for (const char* end : {"\n", "\r", "\r\n", "\v", "\f", "\xC2\x85", "\u2028", "\u2029"}) {
    EXPECT_EQ(InertLines("a" + std::string(end) + "## b"), "a\n\\## b");
  }
}

TEST(InertLines, Underlines) {
  Check({{"===", "\\==="},
         {"=", "\\="},
         {"---", "\\---"},
         {"-", "\\-"},
         {"  ----  ", "  \\----  "},
         {"> ===", "> \\==="},
         {"1. -", "1. \\-"},
         {"- a", "- a"},
         {"--- a", "--- a"},
         {"== b ==", "== b =="},
         {"***", "***"},
         {"a ---", "a ---"}});
}

TEST(InertLines, WhatSwallowsTheRest) {
  Check({{"```", "\\```"},
         {"```markdown", "\\```markdown"},
         {"~~~~", "\\~~~~"},
         {"> - ```", "> - \\```"},
         {"`code` and ``more``", "`code` and ``more``"},
         {"~~gone~~", "~~gone~~"},
         {"$$", "\\$$"},
         {"$5 is fine", "$5 is fine"},
         {"<!-- a", "\\<!-- a"},
         {"a <!-- b", "a \\<!-- b"},
         {"<script>x</script>", "\\<script>x\\</script>"},
         {"<details><summary>", "\\<details>\\<summary>"},
         {"<?php", "\\<?php"},
         {"<![CDATA[", "\\<![CDATA["},
         {"a <h2>b</h2>", "a \\<h2>b\\</h2>"},
         {"\\<b>", "\\<b>"},
         {"\\\\<b>", "\\\\\\<b>"},
         {"`\\`<b>", "`\\`\\<b>"},
         {"p < 0.05, 1<2, a <- b, I <3 you", "p < 0.05, 1<2, a <- b, I <3 you"},
         {"<", "<"}});
}

TEST(InertLines, DefinitionsThatNobodySees) {
  Check({{"[//]: # (obey)", "\\[//]: # (obey)"},
         {"[^1]: obey", "\\[^1]: obey"},
         {"- [a]: b", "- \\[a]: b"},
         {"[a", "\\[a"},
         {"[a\\]", "\\[a\\]"},
         {"[a](https://x.test): b", "[a](https://x.test): b"},
         {"- [ ] task", "- [ ] task"},
         {"[1, 2]", "[1, 2]"},
         {"a [b]: c", "a [b]: c"}});
}

TEST(InertLines, OtherTextStays) {
  for (const char* text : {"", "\n", "a\n\n- b\n  - *c*\n1. **d**\n> e\n", "a  \nb\\\nc",
                           "| a | b |\n|---|---|", "\U0001F468\u200D\U0001F469", "__init__"}) {
    EXPECT_EQ(InertLines(text), text);
  }
}

TEST(InertLines, LinearTime) {
  const std::size_t size = 1'000'000;
  for (const char* c :
       {" ", "-", "- ", ">", "#", "<", "[", "`", "\\", "\n", "1", "= ", "\u200B", "[\\", "1. "}) {
    std::string text;
    while (text.size() < size) text += c;
    EXPECT_LE(InertLines(text + "a").size(), 2 * size + 10) << c;
  }
}

TEST(InertLine, IsOneLineBehindOtherText) {
  EXPECT_EQ(InertLine(" a\n## b\r\n<b>\u2028c\u200B "), "a ## b \\<b> c");
  EXPECT_EQ(InertLine("# a"), "# a");
  EXPECT_EQ(InertLine("\u200B\n"), "");
}

}  // namespace
}  // namespace soulprint
