// What assistants keep about their user, in the exports of ChatGPT and Claude.

#include "export/notes.hpp"

#include <gtest/gtest.h>

#include <string>

#include "export/export_to_conversations.hpp"
#include "record.hpp"
#include "util/error.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

const char* const kSaved = "saved memory of ChatGPT";
const char* const kCustom = "custom instructions of ChatGPT";
const char* const kClaude = "memory of Claude";

ImportReport Import(const std::string& json) {
  ImportReport report;
  ExportReader reader(
      {std::size_t{32} << 20}, [](const Conversation&) {}, &report);
  reader.Push(json);
  reader.Finish();
  return report;
}

std::string TextIn(const std::vector<Notes>& all, const std::string& source) {
  for (const Notes& notes : all) {
    if (notes.source == source) return notes.text;
  }
  return "-";
}

std::vector<Notes> InMessage(const std::string& message) {
  return Read("{\"mapping\":{\"a\":{\"message\":{" + message + "}}}}").notes;
}

std::string Saved(const std::string& content) {
  return TextIn(InMessage(R"("content":{"content_type":"model_editable_context",)" + content + "}"),
                kSaved);
}

std::string Custom(const std::string& content) {
  return TextIn(InMessage(R"("content":{"content_type":"user_editable_context",)" + content + "}"),
                kCustom);
}

TEST(ChatGptNotes, SavedMemory) {
  EXPECT_EQ(
      Saved(
          R"("model_set_context":"1. [2025-01-02]. Has cats.\n2. x\n","structured_context":null)"),
      "1. [2025-01-02]. Has cats.\n2. x");
  EXPECT_EQ(Saved(R"("model_set_context":"a","structured_context":"b")"), "a\n\nb");
  for (const char* none :
       {R"("model_set_context":"")", R"("model_set_context":null)", R"("model_set_context":" \n")",
        R"("model_set_context":7)", R"("model_set_context":["x"])",
        R"("structured_context":{"a":"x"})", R"("parts":["x"])"}) {
    EXPECT_EQ(Saved(none), "-") << none;
  }
}

TEST(ChatGptNotes, CustomInstructionsWithoutWhatChatGptPutsAroundThem) {
  const std::string profile =
      R"(The user provided the following information about themselves. This is not relevant to 99% of requests.\nUser profile:\n)";
  EXPECT_EQ(
      Custom(
          "\"user_profile\":\"" + profile +
          R"(```I sail.```","user_instructions":"The user provided the additional info about how they would like you to respond:\n```Be brief.\n```code``` too```")"),
      "I sail.\n\nBe brief.\n```code``` too");
  EXPECT_EQ(Custom("\"user_profile\":\"" + profile + "I sail.\""), "I sail.");
  EXPECT_EQ(Custom("\"user_profile\":\"" + profile + "```\\n```\""), "-");
  EXPECT_EQ(Custom(R"("user_profile":"I sail.","user_instructions":null)"), "I sail.");
  EXPECT_EQ(Custom(R"("user_profile":"```one fence")"), "```one fence");
  EXPECT_EQ(Custom(R"("user_profile":[],"user_instructions":{})"), "-");
}

TEST(ChatGptNotes, TheMetadataHasThemPlain) {
  EXPECT_EQ(
      TextIn(InMessage(R"("metadata":{"user_context_message_data":{"about_user_message":"I sail.",
            "about_model_message":"Be brief."}},"content":{"user_profile":"other"})"),
             kCustom),
      "I sail.\n\nBe brief.");
  EXPECT_EQ(
      TextIn(InMessage(R"("metadata":{"user_context_message_data":{"about_user_message":null}},
            "content":{"user_profile":"other"})"),
             kCustom),
      "other");
  EXPECT_EQ(
      TextIn(InMessage(R"("metadata":{"user_context_message_data":"x"},"content":null)"), kCustom),
      "-");
}

std::string Talk(const std::string& day, const std::string& memory, const std::string& more = "") {
  return R"({"title":"t","create_time":")" + day + R"(T10:00:00Z",)" + more +
         R"("mapping":{"m":{"message":{"author":{"role":"system"},"content":{"model_set_context":")" +
         memory +
         R"("}}},"a":{"parent":"m","message":{"author":{"role":"user"},"content":{"parts":["hi"]}}}}})";
}

TEST(ChatGptNotes, TheNewestCopyCounts) {
  const ImportReport report =
      Import("[" + Talk("2024-05-01", "old") + "," + Talk("2025-05-01", "new") + "," +
             Talk("2024-06-01", "between") + "," + Talk("2026-01-01", "") + "]");
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0].text, "new");
  EXPECT_EQ(FormatDate(report.notes[0].at), "2025-05-01");
  EXPECT_EQ(report.conversations, 4U);
  EXPECT_EQ(Import("[" + Talk("", "first") + "," + Talk("", "last") + "]").notes.at(0).text,
            "last");
  EXPECT_EQ(
      Import("[" + Talk("2024-05-01", "known") + "," + Talk("", "unknown") + "]").notes.at(0).text,
      "known");
}

TEST(ChatGptNotes, NotOfAConversationThatIsNotToBeRemembered) {
  EXPECT_TRUE(
      Import("[" + Talk("2025-05-01", "x", R"("is_temporary_chat":true,)") + "]").notes.empty());
}

TEST(ChatGptNotes, ManyLargeCopiesTakeTheRoomOfOne) {
  std::string nodes;
  const std::string large(300000, 'x');
  for (int i = 0; i < 50; ++i) {
    nodes += (i > 0 ? ",\"" : "\"") + std::to_string(i) +
             R"(":{"message":{"content":{"model_set_context":")" + large + "\"}}}";
  }
  const RawConversation raw = Read("{\"mapping\":{" + nodes + "}}");
  ASSERT_EQ(raw.notes.size(), 1U);
  EXPECT_EQ(raw.notes[0].text.size(), std::size_t{256} << 10);
}

TEST(KeepNotes, AreCutBetweenCharacters) {
  std::vector<Notes> kept;
  KeepNotes({"s",
             "a" + std::string(200000, ' ') +
                 [] {
                   std::string text;
                   while (text.size() < 200000) text += "\xE2\x82\xAC";
                   return text;
                 }(),
             {}},
            &kept);
  EXPECT_EQ((kept.at(0).text.size() - 200001) % 3, 0U);
  EXPECT_LE(kept.at(0).text.size(), std::size_t{256} << 10);
}

TEST(ClaudeMemory, IsNoConversation) {
  for (
      const std::string& json :
      {std::string(
           R"([{"account_uuid":"a","conversations_memory":"Likes fjords.","project_memories":{"p-1":"Builds a boat.","p-2":""},"memory_files":[]}])"),
       std::string(
           R"({"conversations_memory":"Likes fjords.","project_memories":{"p-1":{"content":"Builds a boat."}}})"),
       std::string(
           R"({"conversations_memory":"Likes fjords.","memory_files":["Builds a boat.",{"path":"m.md"},null,7]})"),
       std::string(
           R"({"data":[{"conversations_memory":"Likes fjords.","memory_files":[{"path":"m.md","content":"Builds a boat."}]}]})")}) {
    const ImportReport report = Import(json);
    EXPECT_EQ(TextIn(report.notes, kClaude), "Likes fjords.\n\nBuilds a boat.") << json;
    EXPECT_EQ(report.found, 0U) << json;
    EXPECT_TRUE(report.skipped.empty()) << json;
  }
}

TEST(ClaudeMemory, OtherTypesAreNoText) {
  for (const char* json :
       {R"([{"conversations_memory":null,"project_memories":[]}])",
        R"([{"conversations_memory":7,"project_memories":"","memory_files":null}])",
        R"({"conversations_memory":{"deep":{"text":"x"}}})"}) {
    EXPECT_TRUE(Import(json).notes.empty()) << json;
  }
}

TEST(ClaudeMemory, StandsBesideConversations) {
  const ImportReport report = Import(
      R"([{"conversations_memory":"Likes fjords."},{"uuid":"c","chat_messages":[{"sender":"human","text":"hi"}]}])");
  EXPECT_EQ(report.conversations, 1U);
  EXPECT_EQ(TextIn(report.notes, kClaude), "Likes fjords.");
}

}  // namespace
}  // namespace soulprint
