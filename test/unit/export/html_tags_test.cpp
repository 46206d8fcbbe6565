// The tags of HTML that comes in pieces of any size.

#include "export/html_tags.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace soulprint {
namespace {

// name, .class, @link and length of each tag.
std::string TagsOf(std::string_view html, std::size_t step) {
  std::string all;
  HtmlTags tags;
  while (!html.empty()) {
    html.remove_prefix(tags.Read(html.substr(0, std::min(step, html.size()))));
    const HtmlTag* const tag = tags.tag();
    if (tag == nullptr) continue;
    all += (tag->closes ? "/" : "") + tag->name;
    if (!tag->classes.empty()) all += "." + tag->classes;
    if (!tag->link.empty()) all += "@" + tag->link;
    all += " " + std::to_string(tag->bytes) + ";";
  }
  return all;
}

std::string TagsOf(std::string_view html) {
  const std::string all = TagsOf(html, html.size());
  EXPECT_EQ(TagsOf(html, 1), all) << html;
  EXPECT_EQ(TagsOf(html, 7), all) << html;
  return all;
}

TEST(HtmlTags, ReadsNamesAndTheAttributesThatMatter) {
  EXPECT_EQ(TagsOf("a<b>c</b>"), "b 3;/b 4;");
  EXPECT_EQ(TagsOf("<DIV id=x Class = 'a  b'>"), "div.a  b 25;");
  EXPECT_EQ(TagsOf("<div class=a>"), "div.a 13;");
  EXPECT_EQ(TagsOf("<img alt=\"a>b\" src='x.png'/>"), "img@x.png 28;");
  EXPECT_EQ(TagsOf("<a href=x/y hidden>"), "a@x/y 19;");
  EXPECT_EQ(TagsOf("<br/><br /><hr\n>"), "br 5;br 6;hr 5;");
  EXPECT_EQ(TagsOf("<p class>x<p class=>y<p/class=z>"), "p 9;p 10;p.z 11;");
}

TEST(HtmlTags, WhatIsNoTagIsText) {
  EXPECT_EQ(TagsOf("1 < 2 <3 <- </ <> </>"), "");
  EXPECT_EQ(TagsOf("<<b>"), "b 3;");
  EXPECT_EQ(TagsOf("<b"), "");
  EXPECT_EQ(TagsOf("<b class=\"<i>"), "");
  EXPECT_EQ(TagsOf("<!DOCTYPE html><?xml a?><b>"), "b 3;");
  EXPECT_EQ(TagsOf("<!-- <i> -- > --><b><!--><u><!-- <s>"), "b 3;u 3;");
}

TEST(HtmlTags, ScriptsAndStyleSheetsHaveNone) {
  EXPECT_EQ(TagsOf("<style>a > b<i></styl></style><b>"), "style 7;/style 8;b 3;");
  EXPECT_EQ(TagsOf("<script>if (a<b && '</x</' < \"</script ><b>"), "script 8;/script 10;b 3;");
}

TEST(HtmlTags, KeepOnlyTheBeginningOfWhatIsLong) {
  const std::string x(10000, 'x');
  HtmlTags tags;
  tags.Read("<a" + x + " class=" + x + " href=" + x + ">");
  ASSERT_NE(tags.tag(), nullptr);
  EXPECT_EQ(tags.tag()->name.size(), 16u);
  EXPECT_EQ(tags.tag()->classes.size(), 500u);
  EXPECT_EQ(tags.tag()->link.size(), 500u);
}

TEST(HtmlTags, AClassIsAWordOfItsList) {
  HtmlTag tag;
  tag.classes = " outer-cell\tmdl-cell";
  EXPECT_TRUE(OpensClass(tag, "outer-cell"));
  EXPECT_TRUE(OpensClass(tag, "mdl-cell"));
  EXPECT_FALSE(OpensClass(tag, "cell"));
  EXPECT_FALSE(OpensClass(tag, "outer"));
  tag.closes = true;
  EXPECT_FALSE(OpensClass(tag, "mdl-cell"));
}

}  // namespace
}  // namespace soulprint
