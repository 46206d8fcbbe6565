// Open WebUI's chats.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& messages, const std::string& current = "null") {
  return Said(R"({"chat":{"history":{"currentId":)" + current + R"(,"messages":{)" + messages +
              "}}}}");
}

TEST(OpenWebUi, TheShownBranchEndsAtTheCurrentMessageElseAtTheNewestOne) {
  const std::string tree =
      R"("1":{"role":"user","content":"q","childrenIds":["2","3"],"timestamp":1},
      "3":{"role":"assistant","content":"new","parentId":"1","timestamp":9},
      "2":{"role":"assistant","content":"old","parentId":"1","timestamp":5})";
  EXPECT_EQ(SaidIn(tree, "\"2\""), "U:q A:old ");
  EXPECT_EQ(SaidIn(tree), "U:q A:new ");
  EXPECT_EQ(SaidIn(tree, "\"gone\""), "U:q A:new ");
}

TEST(OpenWebUi, ChildrenAloneAreEnough) {
  EXPECT_EQ(SaidIn(R"("1":{"role":"user","content":"q","childrenIds":["2"]},
                      "2":{"role":"assistant","content":"a"})",
                   "\"2\""),
            "U:q A:a ");
}

TEST(OpenWebUi, MessagesThatAreParentsOfEachOtherEnd) {
  EXPECT_EQ(SaidIn(R"("1":{"role":"user","content":"q","parentId":"2"},
                      "2":{"role":"assistant","content":"a","parentId":"1"})",
                   "\"2\""),
            "U:q A:a ");
}

TEST(OpenWebUi, TheListIsReadWhereThereIsNoMap) {
  for (const char* history : {"", R"("history":null,)", R"("history":{"messages":{}},)",
                              R"("history":{"messages":[]},)"}) {
    EXPECT_EQ(Said(std::string("{\"chat\":{") + history + R"("messages":[
                  {"role":"user","content":"q"},{"role":"assistant","content":"a"}]}})"),
              "U:q A:a ")
        << history;
  }
}

// What an assistant said of this content.
std::string Answer(const std::string& content) {
  return SaidIn(R"("1":{"role":"assistant","content":")" + content + "\"}");
}

TEST(OpenWebUi, WhatIsFoldedIsNotShown) {
  EXPECT_EQ(Answer(R"(<details type='reasoning' done='true'><summary>no</summary>no</details>\na)"),
            "A:a ");
  EXPECT_EQ(Answer(R"(a<details id=\"1\" type=\"code_interpreter\">no</details>b)"), "A:ab ");
  EXPECT_EQ(Answer(R"(<details type=\"reasoning\">no<details>no</details>no</details>a)"), "A:a ");
  EXPECT_EQ(Answer(R"(<details type=\"reasoning\">no <details> no</details>a)"), "A:a ")
      << "a tag that nothing closes";
  EXPECT_EQ(Answer(R"(a<details type=\"reasoning\" done=\"false\">no)"), "A:a ") << "cut off";
  EXPECT_EQ(Answer(R"(<details><summary>a</summary>b</details>)"),
            "A:<details><summary>a</summary>b</details> ");
  EXPECT_EQ(Answer(R"(<details type=\"reasoning\">no</details>)"), "");
  EXPECT_EQ(Answer(R"(<think>no</think> a)"), "A:a ");
  EXPECT_EQ(Answer(R"(<think>no)"), "");
  EXPECT_EQ(Answer(R"(a <glm_block >no</glm_block>b)"), "A:a b ");
  EXPECT_EQ(SaidIn(R"("1":{"role":"user","content":"<details type=\"x\">mine</details>"})"),
            "U:<details type=\"x\">mine</details> ");
}

TEST(OpenWebUi, WhatIsFoldedBadlyTakesLinearTime) {
  for (const char* text :
       {"<details", "<details type=x>", "<details type=x><details type=x></details>",
        "<details type=x></details>", "</details>", "<glm_block"}) {
    std::string content;
    while (content.size() < (1 << 20)) content += text;
    Answer(content);
  }
}

TEST(OpenWebUi, AContentMayBeAListAndAPictureAloneIsATurn) {
  EXPECT_EQ(
      SaidIn(R"("1":{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url"}]})"),
      "U:q ");
  EXPECT_EQ(SaidIn(R"("1":{"role":"user","content":"","files":[{"type":"image","url":"x"}]})"),
            "U:[image] ");
  EXPECT_EQ(SaidIn(R"("1":{"role":"user","content":"","files":[{"type":"file","name":"x.pdf"}]})"),
            "");
}

TEST(OpenWebUi, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      SaidIn(
          R"("1":null,"2":7,"3":{},"4":{"role":7,"content":"no"},"5":{"role":"user","content":null},
                      "6":{"role":"user","content":{"x":1},"parentId":["1"],"childrenIds":[1,null,{}]},
                      "7":{"role":"user","content":"q","parentId":5,"timestamp":"soon"})"),
      "U:q ");
  EXPECT_EQ(
      Said(
          R"({"chat":{"history":{"currentId":"1","messages":[{"id":"1","role":"user","content":"q"},
                    {"id":"2","parentId":"1","role":"assistant","content":"no"}]}}})"),
      "U:q ");
  EXPECT_EQ(Said(R"({"chat":{"messages":7}})"), "");
  EXPECT_EQ(Said(R"({"chat":{"messages":null}})"), "");
}

TEST(OpenWebUi, TheChatMayStandAlone) {
  const Conversation c = RawToConversation(
      Read(
          R"({"chat":{"id":"c","title":"t","timestamp":1767600000000,"history":{"messages":{"1":{"role":"user","content":"q"}}}}})"),
      nullptr);
  EXPECT_EQ(c.id, "c");
  EXPECT_EQ(c.title, "t");
  EXPECT_EQ(c.created_at, 1767600000000000);
  EXPECT_EQ(Said(R"({"history":{"messages":{"1":{"role":"user","content":"q"}}}})"), "U:q ");
}

}  // namespace
}  // namespace soulprint
