// Which form a record has.

#include <gtest/gtest.h>

#include <string>

#include "export/forms.hpp"
#include "export/json.hpp"

namespace soulprint {
namespace {

std::string FormOf(const std::string& json) {
  JsonTree tree({}, IsKeyOfAForm);
  EXPECT_EQ(tree.Read(json), ParseResult::kRead) << json;
  const Form* const form = FindForm(tree.root());
  if (form == &kChatGpt) return "ChatGPT";
  if (form == &kDeepSeek) return "DeepSeek";
  if (form == &kClaude) return "Claude";
  if (form == &kGemini) return "Gemini";
  if (form == &kChatList) return "list";
  return form == &kBareMessage ? "message" : "";
}

TEST(FindForm, IsSeenInTheShape) {
  EXPECT_EQ(FormOf(R"({"mapping":{}})"), "ChatGPT");
  EXPECT_EQ(FormOf(R"({"linear_conversation":[]})"), "ChatGPT");
  EXPECT_EQ(FormOf(R"({"mapping":{"a":null,"b":{"message":{"fragments":[]}}}})"), "DeepSeek");
  EXPECT_EQ(FormOf(R"({"messages":[]})"), "list");
  EXPECT_EQ(FormOf("[]"), "list");
  EXPECT_EQ(FormOf(R"({"uuid":"x","chat_messages":[]})"), "Claude");
  EXPECT_EQ(FormOf(R"({"x":1})"), "");
  EXPECT_EQ(FormOf(R"({"header":"Gemini Apps","title":"x"})"), "Gemini");
  EXPECT_EQ(FormOf(R"({"header":"Bard","title":"x"})"), "Gemini");
  EXPECT_EQ(FormOf(R"({"header":"Google Assistant","products":["Gemini Apps"],"title":"x"})"),
            "Gemini");
  EXPECT_EQ(FormOf(R"({"header":"Gemini Apps"})"), "");
  EXPECT_EQ(FormOf(R"({"header":"Search","title":"x"})"), "");
  EXPECT_EQ(FormOf(R"({"header":"Gemini Apps","title":"x","mapping":{}})"), "ChatGPT");
  EXPECT_EQ(FormOf(R"({"role":"user","content":null})"), "message");
  EXPECT_EQ(FormOf(R"({"from":"human","value":"x"})"), "message");
  EXPECT_EQ(FormOf(R"({"from":"a@example.org","content":"x"})"), "");
}

}  // namespace
}  // namespace soulprint
