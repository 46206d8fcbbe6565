// ChatGPT's messages: which the user saw, and their words.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

// The visible text of one message; "-" and the reason if it is hidden.
std::string Show(const std::string& message) {
  ImportReport report;
  const Conversation conversation =
      RawToConversation(Read("{\"mapping\":{\"a\":{\"message\":{" + message + "}}}}"), &report);
  if (conversation.messages.empty()) {
    return report.hidden.empty() ? "-" : "-" + report.hidden.begin()->first;
  }
  return conversation.messages[0].text;
}

const std::string kUser = R"("author":{"role":"user"},)";
const std::string kAssistant = R"("author":{"role":"assistant"},)";
const std::string kText = R"("content":{"content_type":"text","parts":[" hi\n"]})";

TEST(VisibleText, ShowsWhatUserAndAssistantSaid) {
  EXPECT_EQ(Show(kUser + kText), "hi");
  EXPECT_EQ(Show(kAssistant + kText + R"(,"recipient":"all","weight":1,"channel":"final")"), "hi");
  EXPECT_EQ(Show(kAssistant + kText + R"(,"recipient":null,"metadata":null)"), "hi");
  EXPECT_EQ(Show(kAssistant + R"("status":"in_progress",)" + kText), "hi");
  EXPECT_EQ(Show(kUser + R"("content":{"parts":["no type"]})"), "no type");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","parts":["new"]})"), "new");
}

TEST(VisibleText, HidesEverythingElse) {
  EXPECT_EQ(Show(R"("author":{"role":"system"},)" + kText), "-system");
  EXPECT_EQ(Show(R"("author":{"role":"tool"},)" + kText), "-tool");
  EXPECT_EQ(Show(R"("author":{"role":"function"},)" + kText), "-other role");
  EXPECT_EQ(Show(kText), "-other role");
  EXPECT_EQ(Show(kAssistant + R"("recipient":"bio",)" + kText), "-tool call");
  EXPECT_EQ(Show(kUser + R"("weight":0.0,)" + kText), "-weight 0");
  EXPECT_EQ(Show(kAssistant + R"("channel":"analysis",)" + kText), "-analysis");
  EXPECT_EQ(Show(kUser + R"("metadata":{"is_visually_hidden_from_conversation":true},)" + kText),
            "-hidden");
  EXPECT_EQ(Show(kUser + R"("metadata":{"is_user_system_message":true},)" + kText),
            "-custom instructions");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"text","parts":[" \u00a0",""]})"), "-blank");
  EXPECT_EQ(Show(kUser + R"("content":null)"), "-blank");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","text":"x"})"), "-new_type");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"new_type","parts":[" "]})"), "-blank");
  EXPECT_EQ(Show(R"("content":{"content_type":"user_editable_context","user_profile":"x"},)"
                 R"("author":{"role":"user"},"metadata":{"user_context_message_data":{}})"),
            "-user_editable_context");
  EXPECT_EQ(
      Show(R"("author":{"role":"system"},"metadata":{"rebase_system_message":true},)" + kText),
      "-system");
  for (const char* type :
       {"code", "execution_output", "tether_browsing_display", "tether_browsing_code",
        "tether_quote", "sonic_webpage", "app_pairing_content", "citable_code_output",
        "computer_output", "system_error", "thoughts", "reasoning_recap", "user_editable_context",
        "model_editable_context"}) {
    EXPECT_EQ(Show(kAssistant + R"("content":{"content_type":")" + type + R"(","parts":["x"]})"),
              std::string("-") + type);
  }
}

std::string Parts(const std::string& who, const std::string& parts) {
  return Show(who + R"("content":{"content_type":"multimodal_text","parts":[)" + parts + "]}");
}

TEST(VisibleText, JoinsPartsAndTranscriptions) {
  const std::string picture =
      R"({"content_type":"image_asset_pointer","asset_pointer":"file-service://x"})";
  EXPECT_EQ(Parts(kUser, R"("a",)" + picture + R"(,null,7,"b",{"name":"n","content":"no"})"),
            "a\nb");
  EXPECT_EQ(Parts(kUser, picture), "[image]");
  EXPECT_EQ(Parts(kUser, picture + R"(," ")"), "[image]");
  EXPECT_EQ(Parts(kAssistant, picture), "-blank");
  EXPECT_EQ(
      Parts(kUser, R"({"content_type":"audio_asset_pointer","asset_pointer":"x"},)"
                   R"({"content_type":"audio_transcription","text":"spoken","direction":"in"})"),
      "spoken");
  EXPECT_EQ(Parts(kUser, R"({"text":"of an object"},{"text":5},{})"), "of an object");
}

TEST(VisibleText, MarkupIsRemovedFromTheAssistantOnly) {
  EXPECT_EQ(Parts(kAssistant, "\"Yes \uE200cite\uE202turn0search1\uE201.\""), "Yes.");
  EXPECT_EQ(Parts(kUser, "\"What is 【1†source】?\""), "What is 【1†source】?");
  EXPECT_EQ(Parts(kAssistant, "\"\uE200cite\uE202turn0search1\uE201\""), "-blank");
}

TEST(VisibleText, IsFoundElsewhereThanInAListOfParts) {
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"text","text":"in text"})"), "in text");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"text","result":"in result"})"), "in result");
  EXPECT_EQ(Show(kUser + R"("content":{"content_type":"text","parts":"one string"})"),
            "one string");
  EXPECT_EQ(Show(kUser + R"("content":{"parts":["part"],"text":"no"})"), "part");
}

// A node of a person, who may have an id.
std::string By(const std::string& name, const std::string& id, const std::string& words) {
  const std::string metadata = id.empty() ? "{}" : R"({"user_id":")" + id + R"("})";
  return R"({"message":{"author":{"role":"user","name":)" + name + R"(,"metadata":)" + metadata +
         R"(},"content":{"content_type":"text","parts":[")" + words + R"("]}}})";
}

std::string SaidBy(const std::string& nodes, const std::string& owner) {
  return Said(R"({"linear_conversation":[)" + nodes + R"(],"owner":)" + owner + "}");
}

TEST(ChatGpt, OnlyTheOwnerOfAGroupIsTheUser) {
  const std::string guest_first =
      By(R"("Ola")", "2", "a") + "," + By(R"("Kari")", "1", "b") + "," + By("null", "3", "c");
  EXPECT_EQ(SaidBy(guest_first, "\"1\""), "A:Ola: a U:b A:3: c ");
  EXPECT_EQ(SaidBy(guest_first, "null"), "U:a A:Kari: b A:3: c ");
  // One that is not shown tells nothing of the owner.
  const std::string hidden =
      R"({"message":{"author":{"role":"user"},"metadata":{"is_visually_hidden_from_conversation":true},)"
      R"("content":{"content_type":"text","parts":["no"]}}},)";
  EXPECT_EQ(SaidBy(hidden + guest_first, "null"), "U:a A:Kari: b A:3: c ");
  EXPECT_EQ(SaidBy(By("null", "", "a") + "," + By(R"("Ola")", "", "b"), "null"), "U:a A:Ola: b ");
}

TEST(ChatGpt, ASharedPageIsAListOfNodes) {
  const Conversation c = RawToConversation(
      Read(R"({"id":"s","linear_conversation":[{"id":"n","message":{"author":{"role":"user"},
        "content":{"parts":["q"]}}},{"message":{"author":{"role":"assistant"},
        "content":{"parts":["a"]}}},null]})"),
      nullptr);
  EXPECT_EQ(Texts(c), "qa");
  EXPECT_EQ(c.messages[0].id, "n");
}

}  // namespace
}  // namespace soulprint
