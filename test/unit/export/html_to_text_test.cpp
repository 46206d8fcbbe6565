// The words of an HTML answer.

#include "export/html_to_text.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(HtmlToText, BlocksAreLinesAndParagraphs) {
  EXPECT_EQ(HtmlToText("<p>a</p>\n<p>b<br>c<BR/>d</p>"), "a\n\nb\nc\nd");
  EXPECT_EQ(HtmlToText("<ul><li>a</li>\n <li>b</li></ul>c"), "a\nb\n\nc");
  EXPECT_EQ(HtmlToText("<h1 class=\"x\">T</h1><div>a</div><div>b</div>"), "T\n\na\nb");
  EXPECT_EQ(HtmlToText("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>"),
            "1 2\n3");
  EXPECT_EQ(HtmlToText("a<br><br>b"), "a\n\nb");
  EXPECT_EQ(HtmlToText("a <b>b</b>\n\t c<i>d</i> "), "a b cd");
  EXPECT_EQ(HtmlToText("x<pre><code>int a;\n\n  b;\n</code></pre>y"), "x\n\nint a;\n\n  b;\n\ny");
  EXPECT_EQ(HtmlToText(""), "");
  EXPECT_EQ(HtmlToText("<p> </p>"), "");
}

TEST(HtmlToText, EntitiesAreDecodedOnce) {
  EXPECT_EQ(HtmlToText("&lt;b&gt; &amp;amp; &quot;&#39;&apos;&#x27;&#X41;"), "<b> &amp; \"'''A");
  EXPECT_EQ(HtmlToText("&#233;&#x20AC;&#128512;&nbsp;."), "é€😀\u00A0.");
  EXPECT_EQ(HtmlToText("&#0;&#xD800;&#1114112;&#99999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(HtmlToText("AT&T &nosuch; &#; &#x; &#12a; &"), "AT&T &nosuch; &#; &#x; &#12a; &");
}

TEST(HtmlToText, NamedEntitiesAreThoseOfLatin1AndUsualSymbols) {
  EXPECT_EQ(HtmlToText("&iexcl;&copy;&szlig;&Auml;&eacute;&frac12;&yuml;"), "¡©ßÄé½ÿ");
  EXPECT_EQ(HtmlToText("&laquo;&deg;&middot;&raquo;&times;&divide;"), "«°·»×÷");
  EXPECT_EQ(HtmlToText("&rarr;&le;&infin;&Dagger;&dagger;&radic;&Delta;&delta;&mu;"), "→≤∞‡†√Δδμ");
  EXPECT_EQ(HtmlToText("&hellip;&mdash;&euro;&bull;"), "…—€•");
}

TEST(HtmlToText, AQuotedValueMayHoldTheEndOfATag) {
  EXPECT_EQ(HtmlToText("<a title=\"a > b\">x</a>"), "x");
  EXPECT_EQ(HtmlToText("<a b = '>\">' c=\">\" d=\"\"/>x"), "x");
  EXPECT_EQ(HtmlToText("<a b=it's>x</a> it's"), "x it's");
  EXPECT_EQ(HtmlToText("<a b=\"open>x</a>y"), "xy");
  EXPECT_EQ(HtmlToText("<a b=\"open>x</a> said \"y\" <b>z</b>"), "x said \"y\" z");
  EXPECT_EQ(HtmlToText("<a b='>' c"), "' c");
}

TEST(HtmlToText, ScriptsStylesAndCommentsAreNoWords) {
  EXPECT_EQ(HtmlToText("a<script>no</script >b<SCRIPT>no</scripts></SCRIPT>c"), "abc");
  EXPECT_EQ(HtmlToText("a<style x=\">\">no</STYLE\n>b<Style>no</style/>c"), "abc");
  EXPECT_EQ(HtmlToText("a<script>b</style>c"), "abc");
  EXPECT_EQ(HtmlToText("a<!-- <b>no</b> -->b<style>no{}</style><script>if (a<b) no</script>c"),
            "abc");
}

TEST(HtmlToText, WhatIsNoTagStays) {
  EXPECT_EQ(HtmlToText("1 < 2 <3 a<b"), "1 < 2 <3 a<b");
  EXPECT_EQ(HtmlToText("<!-- open"), "<!-- open");
  EXPECT_EQ(HtmlToText("東京 <"), "東京 <");
}

TEST(HtmlToText, HostileTextTakesLinearTime) {
  std::string tags, comments, entities, scripts = "<p>", quotes, values;
  for (int i = 0; i < 200000; ++i) {
    tags += "<a ";
    comments += "<!--";
    entities += "&#1";
    scripts += "<script>";
    quotes += i % 2 == 0 ? "<a b=\"" : "<a b='";
    values += "=\">\" ='<a ' ";
  }
  EXPECT_EQ(HtmlToText(tags).size(), tags.size() - 1);
  EXPECT_EQ(HtmlToText(comments), comments);
  EXPECT_EQ(HtmlToText(entities), entities);
  EXPECT_EQ(HtmlToText(scripts), "");
  EXPECT_EQ(HtmlToText(quotes).size(), quotes.size());
  EXPECT_EQ(HtmlToText("<a " + values).size(), 800004u);
}

}  // namespace
}  // namespace soulprint
