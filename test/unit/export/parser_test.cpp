// Parsing the JSON of one conversation: values kept, values skipped, limits.

#include "export/parser.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "send_value.hpp"

namespace soulprint {
namespace {

TEST(JsonToRaw, TextAndParsedJsonGiveTheSame) {
  const std::string text =
      R"({"title":"T","create_time":1.5,"update_time":"2024-03-20","current_node":"b","id":7,
      "junk":{"mapping":{"x":{"message":{"id":"no"}}},"title":"no"},
      "mapping":{"a":{"parent":null,"children":["b"],"message":null},
                 "b":{"parent":"a","message":{"id":"m","author":{"role":"user","metadata":{"role":"x"}},
                   "create_time":2,"weight":0.0,"recipient":"all","channel":"final",
                   "metadata":{"is_visually_hidden_from_conversation":true,"list":[{"id":"no"}]},
                   "content":{"content_type":"text","parts":["one",{"text":"two"},null,3,
                     {"content_type":"image_asset_pointer","metadata":{"text":"no"}}]}}}},
      "conversation_id":"c"})";
  RawConversation from_text, from_json;
  ASSERT_EQ(JsonToRaw(text, {512}, &from_text), ParseResult::kRead);
  ASSERT_EQ(JsonToRaw(Sender(nlohmann::json::parse(text)), {512}, &from_json), ParseResult::kRead);
  for (const RawConversation& read : {from_text, from_json}) {
    EXPECT_EQ(read.title, "T");
    EXPECT_EQ(read.id, "7");
    EXPECT_EQ(read.conversation_id, "c");
    EXPECT_EQ(read.created_at, 1500000);
    EXPECT_EQ(read.current_node, "b");
    ASSERT_EQ(read.nodes.size(), 2u);
    EXPECT_EQ(read.nodes[0].children, std::vector<std::string>{"b"});
    EXPECT_FALSE(read.nodes[0].has_message);
    const RawMessage& message = read.nodes[1].message;
    EXPECT_EQ(message.id, "m");
    EXPECT_EQ(message.role, "user");
    EXPECT_EQ(message.text, "one\ntwo");
    EXPECT_EQ(message.at, 2000000);
    EXPECT_TRUE(message.picture && message.weightless && message.hidden);
  }
}

TEST(JsonToRaw, ReadsOtherVendors) {
  RawConversation read;
  ASSERT_EQ(JsonToRaw(std::string(R"({"name":"N","uuid":"u","account":{"uuid":"no"},
      "current_leaf_message_uuid":"m","chat_messages":[{"text":"t","sender":"human","uuid":"m",
      "parent_message_uuid":"p","created_at":"2024-03-20T10:00:00Z","content":[{"text":"b","type":"text"},
      {"type":"tool_result","content":[{"type":"text","text":"no"}]}],
      "attachments":[{"extracted_content":"x"},{"extracted_content":"y"}],
      "files":[{"file_kind":"image","preview_asset":{"file_kind":"no"}}]}]})"),
                      {512}, &read),
            ParseResult::kRead);
  EXPECT_TRUE(read.has_chat_messages);
  EXPECT_EQ(read.id, "u");
  EXPECT_EQ(read.title, "N");
  EXPECT_EQ(read.current_node, "m");
  ASSERT_EQ(read.nodes.size(), 1u);
  EXPECT_EQ(read.nodes[0].parent, "p");
  const RawMessage& message = read.nodes[0].message;
  EXPECT_EQ(message.role, "user");
  EXPECT_EQ(message.text, "b");
  EXPECT_EQ(message.plain_text, "t");
  EXPECT_EQ(message.attached, "x\n\ny");
  EXPECT_EQ(message.content_type, "tool_result");
  EXPECT_EQ(message.at, 1710928800000000);
  EXPECT_TRUE(message.picture);

  RawConversation activity;
  ASSERT_EQ(JsonToRaw(std::string(R"({"header":"Gemini Apps","title":"T","time":"2024-03-20",
      "safeHtmlItem":[{"html":"a"},{"html":"b"},{"html":7}],"description":"d","imageFile":"i",
      "subtitles":[{"header":"no"}]})"),
                      {512}, &activity),
            ParseResult::kRead);
  EXPECT_TRUE(activity.activity.of_gemini && activity.activity.picture);
  EXPECT_EQ(activity.activity.html, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(activity.activity.at, 1710892800000000);
}

TEST(JsonToRaw, WrongTypesAreReadOver) {
  RawConversation read;
  const std::string text =
      R"({"title":5,"create_time":[],"mapping":{"a":null,"b":[1],"c":{"parent":{},"children":"x",
      "message":{"author":"user","content":"plain","metadata":[],"weight":null,"recipient":null}},
      "d":{"message":{"author":{"role":3},"content":null}}},"messages":7,"current_node":1})";
  ASSERT_EQ(JsonToRaw(text, {512}, &read), ParseResult::kRead);
  ASSERT_EQ(read.nodes.size(), 2u);
  EXPECT_FALSE(read.title);
  EXPECT_TRUE(read.nodes[0].message.role.empty());
  EXPECT_TRUE(read.messages.empty());
  const std::string claude =
      R"({"uuid":7,"name":[],"chat_messages":[{"uuid":1,"sender":{},"text":[],"content":{"type":"text",
      "text":"no"},"attachments":{},"files":7},{"content":[null,7,["no"],{"type":[],"text":{}}],
      "attachments":[null,{"extracted_content":null}]}],"safeHtmlItem":[{}],"header":null})";
  RawConversation turns;
  ASSERT_EQ(JsonToRaw(claude, {512}, &turns), ParseResult::kRead);
  ASSERT_EQ(turns.nodes.size(), 2u);
  EXPECT_TRUE(turns.nodes[0].message.text.empty() && turns.nodes[1].message.text.empty());
}

TEST(JsonToRaw, RefusesWhatIsNoJsonAndWhatIsTooDeep) {
  RawConversation read;
  for (const char* text : {"", "{", "{\"a\":}", "{\"a\":1]", "[1,]", "{\"a\":\"\n\"}", "{} x",
                           "{\"a\":1e999}", "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}"}) {
    EXPECT_EQ(JsonToRaw(std::string(text), {512}, &read), ParseResult::kInvalid) << text;
  }
  const std::string deep = "{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  EXPECT_EQ(JsonToRaw(deep, {512}, &read), ParseResult::kTooDeep);
  EXPECT_EQ(JsonToRaw(std::string("[[[]]]"), {3}, &read), ParseResult::kRead);
  EXPECT_EQ(JsonToRaw(std::string("[[[]]]"), {2}, &read), ParseResult::kTooDeep);
}

}  // namespace
}  // namespace soulprint
