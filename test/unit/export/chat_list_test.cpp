// Lists of role and content, in every spelling.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

TEST(SimplifiedForm, KeepsTextAsItIs) {
  ImportReport report;
  const Conversation c = RawToConversation(
      Read(R"({"id":"i","title":" \n","createdAt":"2024-03-20T10:00:00Z","messages":[
        {"role":"user","content":" a\n","id":"m1","timestamp":1710928801},
        {"role":"assistant","content":"\u00a0"},{"role":"assistant","content":7},null,
        {"role":"system","content":"no"},{"role":"assistant","content":"b","created_at":"1710928802"}]})"),
      &report);
  EXPECT_EQ(c.id, "i");
  EXPECT_EQ(c.title, " \n");
  EXPECT_EQ(c.created_at, 1710928800000000);
  EXPECT_EQ(Texts(c), " a\nb");
  EXPECT_EQ(c.messages[0].id, "m1");
  EXPECT_EQ(c.messages[1].role, Role::kAssistant);
  EXPECT_EQ(c.messages[1].at, 1710928802000000);
  EXPECT_EQ(report.hidden["blank"], 1u);
  EXPECT_EQ(report.hidden["no text"], 1u);
  EXPECT_EQ(report.hidden["system"], 1u);
}

// The texts of a list of these messages, with U: or A: before each.
std::string Said(const std::string& messages) {
  std::string said;
  for (const Message& m : RawToConversation(Read("[" + messages + "]"), nullptr).messages) {
    said += (m.role == Role::kUser ? "U:" : "A:") + m.text + " ";
  }
  return said;
}

TEST(ChatList, RolesAndContentsHaveManyNames) {
  EXPECT_EQ(Said(R"({"role":"human","content":"q"},{"role":"AI","content":"a"},
                    {"role":"model","content":"b"},{"role":"developer","content":"no"})"),
            "U:q A:a A:b ");
  EXPECT_EQ(Said(R"({"from":"human","value":"q"},{"from":"gpt","value":"a"})"), "U:q A:a ");
  EXPECT_EQ(Said(R"({"role":"Prompt","say":"q"},{"role":"Response","say":"a"})"), "U:q A:a ");
  EXPECT_EQ(Said(R"({"type":"user","content":[{"text":"q"}]},{"type":"gemini","content":"a"})"),
            "U:q A:a ");
  EXPECT_EQ(Said(R"({"author":{"role":"user"},"text":"q"},{"sender":"bot","text":"a"})"),
            "U:q A:a ");
}

TEST(ChatList, MessagesMayNameTheirParents) {
  EXPECT_EQ(Said(R"({"messageId":"a","parentMessageId":"0","isCreatedByUser":true,"text":"q"},
                    {"messageId":"b","parentMessageId":"a","isCreatedByUser":false,"sender":"GPT-5","text":"no"},
                    {"messageId":"c","parentMessageId":"a","isCreatedByUser":false,"sender":"GPT-5","text":"a"})"),
            "U:q A:a ");
}

TEST(ChatList, AContentMayBeAnObject) {
  EXPECT_EQ(Said(R"({"role":"user","content":{"content":"q"}},
                    {"role":"assistant","content":{"content":"","contentBlocks":[{"type":"text","text":"a"},
                      {"type":"tool_call","text":"no"}]}})"),
            "U:q A:a ");
}

TEST(ChatList, AContentMayBeAListOfBlocks) {
  EXPECT_EQ(
      Said(R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"},"b"]})"),
      "U:a\n\nb ");
  EXPECT_EQ(Said(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]})"),
            "U:[image] ");
  EXPECT_EQ(
      Said(R"({"role":"assistant","content":"","contentChunks":[{"type":"tool_call","text":"no"},
                    {"type":"text","text":"a"},{"type":"reference","text":"no"}]})"),
      "A:a ");
  EXPECT_EQ(Said(R"({"role":"assistant","content":null}, {"role":"assistant","content":[]})"), "");
}

}  // namespace
}  // namespace soulprint
