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

// What a list of these messages says.
std::string SaidInList(const std::string& messages) { return Said("[" + messages + "]"); }

TEST(ChatList, RolesAndContentsHaveManyNames) {
  EXPECT_EQ(SaidInList(R"({"role":"human","content":"q"},{"role":"AI","content":"a"},
                    {"role":"model","content":"b"},{"role":"developer","content":"no"})"),
            "U:q A:a A:b ");
  EXPECT_EQ(SaidInList(R"({"from":"human","value":"q"},{"from":"gpt","value":"a"})"), "U:q A:a ");
  EXPECT_EQ(SaidInList(R"({"role":"Prompt","say":"q"},{"role":"Response","say":"a"})"), "U:q A:a ");
  EXPECT_EQ(
      SaidInList(R"({"type":"user","content":[{"text":"q"}]},{"type":"gemini","content":"a"})"),
      "U:q A:a ");
  EXPECT_EQ(SaidInList(R"({"author":{"role":"user"},"text":"q"},{"sender":"bot","text":"a"})"),
            "U:q A:a ");
}

TEST(ChatList, AContentMayBeAnObject) {
  EXPECT_EQ(SaidInList(R"({"role":"user","content":{"content":"q"}},
                    {"role":"assistant","content":{"content":"","contentBlocks":[{"type":"text","text":"a"},
                      {"type":"tool_call","text":"no"}]}})"),
            "U:q A:a ");
}

TEST(ChatList, AContentMayBeAListOfBlocks) {
  EXPECT_EQ(
      SaidInList(
          R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"},"b"]})"),
      "U:a\n\nb ");
  EXPECT_EQ(
      SaidInList(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]})"),
      "U:[image] ");
  EXPECT_EQ(SaidInList(R"({"role":"assistant","content":[{"type":"tool_call","text":"no"},
                    {"type":"text","text":"a"},{"type":"reasoning_text","text":"no"}]})"),
            "A:a ");
  EXPECT_EQ(SaidInList(R"({"role":"assistant","content":null}, {"role":"assistant","content":[]})"),
            "");
}

// A message of a chat of Claude Design, by a person; "" = nobody is named.
std::string By(const std::string& name, const std::string& words) {
  const std::string author = name.empty() ? "" : R"("authorName":")" + name + R"(",)";
  return R"({"role":"user","content":{)" + author + R"("content":")" + words + R"("}})";
}

TEST(ChatList, OnlyTheOwnerOfSeveralPeopleIsTheUser) {
  EXPECT_EQ(SaidInList(By("Kari", "a") + "," + By("Kari", "b")), "U:a U:b ");
  EXPECT_EQ(SaidInList(By("Kari", "a") + "," + By("Ola", "b") + "," + By("Kari", "c")),
            "U:a A:Ola: b U:c ");
  EXPECT_EQ(SaidInList(By("Ola", "a") + "," + By("", "b")), "A:Ola: a U:b ");
  EXPECT_EQ(SaidInList(R"({"role":"user","content":"a","authorName":" Kari "},)" + By("Ola", "b")),
            "U:a A:Ola: b ");
}

TEST(ChatList, WhatTheModelThoughtIsHidden) {
  EXPECT_EQ(SaidInList(R"({"role":"user","text":"q"},{"role":"model","text":"no","isThought":true},
                    {"role":"model","parts":[{"text":"no","thought":true},{"text":"a"}]})"),
            "U:q A:a ");
}

}  // namespace
}  // namespace soulprint
