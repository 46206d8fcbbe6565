// Claude's turns: branches, texts, pastes and pictures.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

// The visible texts of Claude's messages, and the reasons for hidden ones.
std::string Turns(const std::string& messages, const std::string& more = "",
                  std::size_t unordered = 0) {
  ImportReport report;
  std::string shown;
  for (const Message& message :
       RawToConversation(Read("{\"uuid\":\"u\"" + more + ",\"chat_messages\":[" + messages + "]}"),
                         &report)
           .messages) {
    shown += (message.role == Role::kUser ? "U:" : "A:") + message.text + " ";
  }
  for (const auto& [why, count] : report.hidden) shown += "-" + why;
  EXPECT_EQ(report.unordered, unordered);
  return shown;
}

std::string Turn(const std::string& key, const std::string& parent = "") {
  return R"({"sender":"human","uuid":")" + key + R"(","text":")" + key + "\"" +
         (parent.empty() ? "" : R"(,"parent_message_uuid":")" + parent + "\"") + "}";
}

TEST(ClaudeTurns, AListWithoutParentsIsInFileOrder) {
  EXPECT_EQ(Turns(Turn("b") + "," + Turn("a"), R"(,"current_leaf_message_uuid":"b")"), "U:b U:a ");
  EXPECT_EQ(Turns(""), "");
  EXPECT_EQ(Turns("null,7,[]"), "");
}

TEST(ClaudeTurns, ATreeIsWalkedUpFromTheLeafElseFromTheNewest) {
  const std::string tree = Turn("a", "gone") + "," + Turn("b", "a") + "," + Turn("c", "a");
  EXPECT_EQ(Turns(tree, R"(,"current_leaf_message_uuid":"b")"), "U:a U:b ");
  EXPECT_EQ(Turns(tree, R"(,"current_leaf_message_uuid":"gone")"), "U:a U:c ");
  EXPECT_EQ(Turns(tree), "U:a U:c ");
  const std::string timed = R"({"sender":"human","uuid":"d","text":"d","parent_message_uuid":"a",)";
  EXPECT_EQ(Turns(timed + R"("created_at":"2024-01-01T00:00:00Z"},)" + tree), "U:a U:d ");
}

TEST(ClaudeTurns, ACircleIsInFileOrder) {
  EXPECT_EQ(Turns(Turn("a", "b") + "," + Turn("b", "a"), "", 1), "U:a U:b ");
  EXPECT_EQ(Turns(Turn("a", "b") + "," + Turn("b"), "", 1), "U:a U:b ");
}

TEST(ClaudeTurns, AMessageThatNamesNoParentFollowsTheOneBeforeIt) {
  EXPECT_EQ(Turns(Turn("a", "gone") + "," + Turn("b") + "," + Turn("c")), "U:a U:b U:c ");
  EXPECT_EQ(Turns(Turn("a") + "," + Turn("b") + "," + Turn("c", "b") + "," + Turn("d", "c")),
            "U:a U:b U:c U:d ");
  EXPECT_EQ(Turns(Turn("a") + "," + Turn("b", "a") + "," + Turn("c", "a") + "," + Turn("d")),
            "U:a U:c U:d ");
}

TEST(ClaudeTurns, AMessageWithoutANameIsNotTheLeaf) {
  EXPECT_EQ(Turns(R"({"sender":"human","text":"x"},)" + Turn("b", "a") + "," + Turn("c", "b")),
            "U:b U:c ");
}

TEST(ClaudeTurns, TextBlocksCountElseTextElseWhatWasPasted) {
  const std::string human = R"({"sender":"human",)";
  const std::string pasted = R"("attachments":[{"extracted_content":"p"},{"file_name":"x"}])";
  EXPECT_EQ(Turns(human + R"("text":"t","content":[{"type":"text","text":"b"},{"text":"c"}]})"),
            "U:b\n\nc ");
  EXPECT_EQ(Turns(human + R"("text":" t ","content":[{"type":"text","text":" "}]})"), "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"t","content":"no list"})"), "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"t",)" + pasted + "}"), "U:t\n\np ");
  EXPECT_EQ(
      Turns(human + R"("text":"t","attachments":[{"extracted_content":"no","file_name":"f"}]})"),
      "U:t ");
  EXPECT_EQ(Turns(human + R"("text":"",)" + pasted + "}"), "U:p ");
  EXPECT_EQ(Turns(R"({"sender":"assistant","text":"",)" + pasted + "}"), "-blank");
  EXPECT_EQ(Turns(human + R"("files_v2":[{"file_kind":"image"}]})"), "U:[image] ");
  EXPECT_EQ(Turns(human + R"("files":[{"file_name":"Puffin.JPG"}]})"), "U:[image] ");
  EXPECT_EQ(Turns(human + R"("files":[{"file_kind":"document","file_name":"png"}]})"), "-blank");
}

TEST(ClaudeTurns, WhatIsNoTextIsCounted) {
  const std::string assistant = R"({"sender":"assistant","content":[)";
  EXPECT_EQ(Turns(assistant + R"({"type":"thinking","thinking":"no"}]})"), "-thinking");
  EXPECT_EQ(
      Turns(assistant + R"({"type":"tool_use","input":{"text":"no"}},)"
                        R"({"type":"tool_result","content":[{"type":"text","text":"no"}]}]})"),
      "-tool_use");
  EXPECT_EQ(Turns(assistant + R"({"type":"code","text":"no"},{"type":"text","text":"yes"}]})"),
            "A:yes ");
  EXPECT_EQ(Turns(R"({"sender":"system","text":"no"},{"text":"no"})"), "-other role-system");
}

TEST(ClaudeTurns, NameAndUuidAreTitleAndId) {
  const Conversation c = RawToConversation(
      Read(R"({"uuid":"u","name":"N","created_at":"2024-03-20T10:00:00Z","chat_messages":[]})"),
      nullptr);
  EXPECT_EQ(c.id, "u");
  EXPECT_EQ(c.title, "N");
  EXPECT_EQ(c.created_at, 1710928800000000);
}

TEST(ClaudeTurns, ANullParentBeginsATalk) {
  EXPECT_EQ(Turns(R"({"sender":"human","uuid":"a","text":"a","parent_message_uuid":null},)" +
                  Turn("b", "a") +
                  R"(,{"sender":"human","uuid":"c","text":"c","parent_message_uuid":null})"),
            "U:c ");
}

TEST(ClaudeTurns, SendersHaveManyNames) {
  EXPECT_EQ(Turns(R"({"sender":"Human","text":"a"},{"sender":"ASSISTANT","text":"b"},)"
                  R"({"role":"user","text":"c"},{"role":"USER","content":"d"})"),
            "U:a A:b U:c U:d ");
}

TEST(ClaudeTurns, TheFlatTextIsNotWhatHiddenBlocksSay) {
  const std::string thinking = R"({"type":"thinking","thinking":" SECRET thought "})";
  const auto shown = [&](const std::string& flat) {
    return Turns(R"({"sender":"assistant","text":")" + flat + R"(","content":[)" + thinking + "]}");
  };
  EXPECT_EQ(
      shown("SECRET thought```\\nThis block is not supported on your current device yet.\\n```"),
      "-thinking");
  EXPECT_EQ(shown("SECRET thought\\n\\nIt rains."), "A:It rains. ");
  std::string many = thinking;
  for (int i = 0; i < 40; ++i) many += "," + thinking;
  EXPECT_EQ(Turns(R"({"sender":"assistant","text":"SECRET thought","content":[)" + many + "]}"),
            "-thinking");
}

TEST(ClaudeTurns, AShareSnapshotHasTheIdOfItsConversation) {
  const RawConversation raw =
      Read(R"({"uuid":"s","conversation_uuid":"c","snapshot_name":"Knots","chat_messages":[]})");
  EXPECT_EQ(raw.id, "c");
  EXPECT_EQ(raw.title, "Knots");
}

}  // namespace
}  // namespace soulprint
