// Which form a record has.

#include <gtest/gtest.h>

#include <string>

#include "export/forms.hpp"
#include "export/json.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string FormOf(std::string json) {
  JsonTree tree({}, IsKeyOfAForm);
  EXPECT_EQ(tree.Read(&json), ParseResult::kRead) << json;
  const Form* const form = FindForm(tree.root());
  return form == nullptr ? "" : std::string(form->name);
}

TEST(FindForm, IsSeenInTheShape) {
  EXPECT_EQ(FormOf(R"({"mapping":{}})"), "ChatGPT");
  EXPECT_EQ(FormOf(R"({"linear_conversation":[]})"), "ChatGPT");
  EXPECT_EQ(FormOf(R"({"mapping":{"a":null,"b":{"message":{"fragments":[]}}}})"), "DeepSeek");
  EXPECT_EQ(FormOf(R"({"messages":[]})"), "list of messages");
  EXPECT_EQ(FormOf("[]"), "list of messages");
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
  EXPECT_EQ(FormOf(R"({"conversation":{},"responses":[]})"), "Grok");
  EXPECT_EQ(FormOf(R"({"responses":[{"response":{}}]})"), "Grok");
  EXPECT_EQ(FormOf(R"({"responses":[]})"), "");
  EXPECT_EQ(FormOf(R"({"name":"a project","conversation_starters":[]})"), "");
  EXPECT_EQ(FormOf(R"({"chat":{"history":{"messages":{"a":{}}}}})"), "Open WebUI");
  EXPECT_EQ(FormOf(R"({"chat":{"messages":[]}})"), "Open WebUI");
  EXPECT_EQ(FormOf(R"({"chat":{}})"), "");
  EXPECT_EQ(FormOf(R"({"messages":[{"messageId":"a"}]})"), "LibreChat");
  EXPECT_EQ(FormOf(R"({"messagesTree":[{"messageId":"a"}]})"), "LibreChat");
  EXPECT_EQ(FormOf(R"({"messages":[{"versions":[]}]})"), "LM Studio");
  EXPECT_EQ(FormOf(R"({"chunkedPrompt":{}})"), "AI Studio");
  EXPECT_EQ(FormOf(R"({"conversation_turns":[]})"), "Gemini in Workspace");
  EXPECT_EQ(FormOf(R"({"role":"user","chatId":"c"})"), "Le Chat");
  EXPECT_EQ(FormOf(R"({"role":"user","content":"","contentChunks":null})"), "Le Chat");
  EXPECT_EQ(FormOf(R"({"entries":[{"query_str":"q"}]})"), "Perplexity");
  EXPECT_EQ(FormOf(R"({"query":"q","answer":"a"})"), "Perplexity");
  EXPECT_EQ(FormOf(R"({"answer":"a"})"), "");
  EXPECT_EQ(FormOf(R"({"query":"q"})"), "");
  EXPECT_EQ(FormOf(R"({"entries":[{"title":"q"}]})"), "");
  EXPECT_EQ(FormOf(R"({"requests":[{"message":{}}]})"), "VS Code");
  EXPECT_EQ(FormOf(R"({"requests":[{"url":"x"}]})"), "");
  EXPECT_EQ(FormOf(R"({"chats":[{"type":"prompt","message":[]}]})"), "copy of Claude's page");
  EXPECT_EQ(FormOf(R"({"chats":[{"type":"response","message":[]}]})"), "copy of Claude's page");
  EXPECT_EQ(FormOf(R"({"chats":[{"type":"prompt"}]})"), "");
  EXPECT_EQ(FormOf(R"({"chats":[{"id":"a","messages":[]}]})"), "");
  EXPECT_EQ(FormOf(R"({"sessionId":"s","parentUuid":null})"), "Claude Code");
  EXPECT_EQ(FormOf(R"({"sessionId":"s","summary":"x"})"), "");
  EXPECT_EQ(FormOf(R"({"parentUuid":"p","summary":"x"})"), "");
  EXPECT_EQ(FormOf(R"({"msgs":[{"src":{}}]})"), "Character.AI");
  EXPECT_EQ(FormOf(R"({"turns":[{"candidates":[]}]})"), "Character.AI");
  EXPECT_EQ(FormOf(R"({"turns":[{"input_items":[]}]})"), "Codex");
  EXPECT_EQ(FormOf(R"({"turns":[{"role":"user"}]})"), "");
  EXPECT_EQ(FormOf(R"({"is_user":true,"mes":"a"})"), "SillyTavern");
  EXPECT_EQ(FormOf(R"({"mes":"a"})"), "");
  EXPECT_EQ(FormOf(R"({"is_user":true,"mes":1})"), "");
  EXPECT_EQ(FormOf(R"({"prompt":"a","response":"b"})"), "row of prompt and response");
  EXPECT_EQ(FormOf(R"({"prompt":"a"})"), "");
  EXPECT_EQ(FormOf(R"({"response":"b"})"), "");
  EXPECT_EQ(FormOf(R"({"instruction":"a","output":"b"})"), "row of prompt and response");
  EXPECT_EQ(FormOf(R"({"output":"b"})"), "");
}

// Forms that name the times of a conversation in their own way; the usual name counts before.
TEST(FindForm, TheTimesOfAConversationHaveMoreNames) {
  const std::string names[][3] = {
      {"creationDate", "lastMessageDate", R"("requests":[{"message":"q"}])"},
      {"created", "last_interaction", R"("msgs":[{"src":{"is_human":true},"text":"q"}])"},
      {"creation_time", "last_modification_time",
       R"("conversation_turns":[{"user_turn":{"prompt":"q"}}])"},
      {"create_time", "modify_time", R"("conversation":null,"responses":[{"response":{}}])"}};
  for (const auto& [created, updated, messages] : names) {
    const std::string own =
        "{\"" + created + "\":1710928800,\"" + updated + "\":1710928900," + messages;
    EXPECT_EQ(Read(own + "}").created_at, Time(1710928800000000)) << own;
    EXPECT_EQ(Read(own + "}").updated_at, Time(1710928900000000)) << own;
    EXPECT_EQ(Read(own + ",\"updated_at\":1710928950}").updated_at, Time(1710928950000000)) << own;
  }
}

}  // namespace
}  // namespace soulprint
