// A JSON export: conversations given, conversations skipped and why, files that are not exports.

#include "export/export_to_conversations.hpp"
#include "../messages_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "send_value.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

constexpr ImportLimits kLimits{std::size_t{32} << 20};
constexpr ImportLimits kSmall{50000};

struct Result {
  ImportReport report;
  std::vector<Conversation> conversations;
};

Result ReadAll(std::string_view file, ImportLimits limits = kLimits, std::size_t step = 1 << 20) {
  Result result;
  ExportReader reader(
      limits, [&](Conversation c) { result.conversations.push_back(std::move(c)); },
      &result.report);
  for (std::size_t at = 0; at < file.size(); at += step) reader.Push(file.substr(at, step));
  reader.Finish();
  return result;
}

std::string Chat(const std::string& id, const std::string& text = "hi") {
  return R"({"id":")" + id + R"(","messages":[{"role":"user","content":")" + text + R"("}]})";
}

std::string Ids(const Result& result) {
  std::string ids;
  for (const Conversation& conversation : result.conversations) ids += conversation.id + " ";
  return ids;
}

TEST(ExportReader, TakesEveryTopLevel) {
  EXPECT_EQ(Ids(ReadAll("[" + Chat("a") + "," + Chat("b") + "]")), "a b ");
  EXPECT_EQ(Ids(ReadAll("{\"v\":1,\"conversations\":[" + Chat("a") + "],\"w\":[]}")), "a ");
  EXPECT_EQ(Ids(ReadAll(Chat("a"))), "a ");
  EXPECT_EQ(Ids(ReadAll("\xEF\xBB\xBF\r\n" + Chat("a") + "\r\n", kLimits, 1)), "a ");
  const Result bare = ReadAll(
      R"([{"role":"user","content":"q","id":"m"},{"role":"assistant","content":"a","timestamp":7}])");
  ASSERT_EQ(bare.conversations.size(), 1u);
  EXPECT_EQ(bare.conversations[0].messages.size(), 2u);
  EXPECT_EQ(bare.conversations[0].messages[0].id, "m");
  EXPECT_EQ(bare.conversations[0].messages[1].at, 7000000);
  EXPECT_EQ(bare.report.found, 1u);
}

TEST(ExportReader, TakesLinesOfJson) {
  EXPECT_EQ(Ids(ReadAll(Chat("a") + "\n" + Chat("b") + "\n")), "a b ");
  EXPECT_EQ(Ids(ReadAll("{\"conversations\":[" + Chat("a") + "]}\n{\"conversations\":[" +
                        Chat("b") + "]}")),
            "a b ");
  // A line that was not written to its end, and one without a form.
  const Result broken =
      ReadAll(Chat("a") + "\n{\"id\":\"bad\",}\n{\"note\":1}\n" + Chat("b") + "\n");
  EXPECT_EQ(Ids(broken), "a b ");
  EXPECT_EQ(broken.report.skipped,
            (std::map<std::string, std::size_t>{{"not a conversation", 1}, {"not valid JSON", 1}}));
  EXPECT_EQ(broken.report.skipped_ids, std::vector<std::string>{"bad"});
  // Lines that are one message each are one conversation, lists of messages one each.
  EXPECT_EQ(ReadAll("{\"role\":\"user\",\"content\":\"q\"}\n"
                    "{\"role\":\"assistant\",\"content\":\"a\"}")
                .conversations.at(0)
                .messages.size(),
            2u);
  const std::string list = R"({"conversations":[{"from":"human","value":"q"}]})";
  EXPECT_EQ(ReadAll(list + "\n" + list + "\n").conversations.size(), 2u);
}

TEST(ExportReader, JsonIsJsonWhateverStandsInIt) {
  const std::string text = "[" + Chat("a") + ",{},Conversation,Time,Author,Message\n]";
  EXPECT_EQ(Ids(ReadAll(text)), "a ");
}

TEST(ExportReader, ABadConversationCostsThatConversationOnly) {
  const Result result =
      ReadAll("[" + Chat("a") + R"(,{"x":tru,"id":"bad1"},{"uuid":"bad2","m":{]},7,)" +
              R"({"id":"deep","x":)" + std::string(600, '[') + std::string(600, ']') + "}," +
              Chat("b") + "]");
  EXPECT_EQ(Ids(result), "a b ");
  EXPECT_EQ(result.report.found, 6u);
  EXPECT_EQ(result.report.conversations, 2u);
  EXPECT_EQ(result.report.skipped.at("not valid JSON"), 2u);
  EXPECT_EQ(result.report.skipped.at("nested too deeply"), 1u);
  EXPECT_EQ(result.report.skipped.at("not a conversation"), 1u);
  EXPECT_EQ(result.report.skipped_ids, (std::vector<std::string>{"bad1", "bad2", "deep"}));
}

TEST(ExportReader, WhatIsTooLargeIsSkippedByItsIdAtEitherEnd) {
  const std::string x(100000, 'x');
  for (std::size_t step : {4096u, 1u << 20}) {
    const Result result =
        ReadAll("[" + Chat("front", x) + "," + Chat("a") + R"(,{"mapping":{"id":"no","t":")" + x +
                    R"("},"conversation_id":"back","id":"back"}])",
                kSmall, step);
    EXPECT_EQ(Ids(result), "a ");
    EXPECT_EQ(result.report.skipped.at("too large"), 2u);
    EXPECT_EQ(result.report.skipped_ids, (std::vector<std::string>{"front", "back"}));
  }
  EXPECT_EQ(ReadAll(Chat("one", x), kSmall).report.skipped.at("too large"), 1u);
  std::string bare = R"([{"role":"user","content":")" + std::string(20000, 'x') + "\"}";
  for (int i = 0; i < 2; ++i) bare += "," + bare.substr(1);
  EXPECT_EQ(ReadAll(bare + "]", kSmall).report.skipped.at("too large"), 1u);
}

TEST(ExportReader, WhatTakesMuchMoreMemoryThanItsJsonIsTooLarge) {
  const auto many = [](const std::string& text) {
    std::string all = text;
    for (int i = 0; i < 3000; ++i) all += "," + text;
    return all;
  };
  for (const std::string& inside :
       {R"("messages":[)" + many("{}") + "]", R"("chat_messages":[)" + many("{}") + "]",
        R"("mapping":{)" + many(R"("":{})") + "}",
        R"("mapping":{"a":{"children":[)" + many(R"("")") + "]}}",
        R"("x":")" + std::string(25001, 'x') + '"'}) {
    const Result result = ReadAll("[{\"id\":\"large\"," + inside + "}," + Chat("a") + "]", kSmall);
    EXPECT_EQ(Ids(result), "a ") << inside.substr(0, 30);
    EXPECT_EQ(result.report.skipped_ids, std::vector<std::string>{"large"});
  }
  const Result result = ReadAll("[{\"id\":\"small\",\"messages\":[" +
                                    many(R"({"role":"tool"})").substr(0, 100 * 16 - 1) + "," +
                                    Chat("a").substr(Chat("a").find("{\"role\"")) + "]",
                                kSmall);
  EXPECT_EQ(result.report.hidden.at("tool"), 100u);
  // Each byte that is not UTF-8 becomes three.
  EXPECT_EQ(ReadAll("[" + Chat("a", std::string(20000, '\xFF')) + "]", kSmall).report.skipped,
            (std::map<std::string, std::size_t>{{"too large", 1}}));
  // The first message of the list is too large by itself.
  EXPECT_EQ(ReadAll(R"([{"role":")" + std::string(24000, 'r') + R"(","x":1,"content":")" +
                        std::string(24000, 'x') + R"(","id":")" + std::string(490, 'i') +
                        R"("},{"role":"user","content":"x"}])",
                    kSmall)
                .report.found,
            1u);
}

TEST(ExportReader, WhatIsNotToBeRememberedIsGivenWithoutMessages) {
  const Result result = ReadAll(
      R"([{"id":"tree","is_do_not_remember":true,"mapping":{"a":{"message":{"author":{"role":"user"},)"
      R"("content":{"content_type":"text","parts":["x"]}}}}},)"
      R"({"is_do_not_remember":true,"messages":[{"role":"user","content":"x"}]},)"
      R"({"id":"list","is_do_not_remember":true,"messages":[{"role":"user","content":"x"}]}])");
  EXPECT_EQ(Ids(result), "tree list ");
  for (const Conversation& conversation : result.conversations) {
    EXPECT_TRUE(conversation.do_not_remember);
    EXPECT_TRUE(conversation.messages.empty());
  }
  EXPECT_EQ(result.report.conversations, 0u);
  EXPECT_EQ(result.report.skipped.at("do not remember"), 3u);
}

TEST(ExportReader, SaysWhyConversationsWereLeftOut) {
  const Result result = ReadAll(
      R"([{"title":null,"create_time":1.5,"id":"shell"},{"id":"empty","mapping":null},)"
      R"({"id":"forget","is_do_not_remember":true,"messages":[{"role":"user","content":"x"}]},)"
      R"({"uuid":"c","chat_messages":[]},{"foo":1}])");
  EXPECT_EQ(result.report.found, 5u);
  EXPECT_EQ(result.report.conversations, 0u);
  EXPECT_EQ(result.report.skipped.at("no visible message"), 3u);
  EXPECT_EQ(result.report.skipped.at("do not remember"), 1u);
  EXPECT_EQ(result.report.skipped.at("not a conversation"), 1u);
}

std::string Activity(const std::string& title, const std::string& time) {
  return R"({"header":"Gemini Apps","title":")" + title + R"(","time":")" + time + R"("})";
}

TEST(ExportReader, PutsActivitiesTogether) {
  const std::string c = Activity("Prompted c", "2025-01-01T12:00:00Z");
  const std::string b = Activity("Prompted b", "2025-01-01T11:40:00Z");
  const std::string a = Activity("Prompted a", "2025-01-01T08:00:00Z");
  const Result result =
      ReadAll("[" + c + "," + b + "," + Activity("Used it", "") + "," + a + "," + Chat("x") + "]");
  ASSERT_EQ(result.conversations.size(), 3u);
  EXPECT_EQ(result.conversations[0].id, "x");
  EXPECT_EQ(result.conversations[1].messages.size(), 2u);
  EXPECT_EQ(result.conversations[1].messages[0].text, "b");
  EXPECT_EQ(result.conversations[2].messages[0].text, "a");
  EXPECT_EQ(result.report.found, 4u);
  EXPECT_EQ(result.report.skipped.at("activity without a prompt"), 1u);
  EXPECT_EQ(ReadAll(a).conversations.size(), 1u);
}

TEST(ExportReader, TitlesAreNeitherKeysNorNames) {
  const Result result =
      ReadAll(R"([{"id":"a","title":"../New chat\n","messages":[{"role":"user","content":"x"}]},)"
              R"({"id":"b","title":"../New chat\n","messages":[{"role":"user","content":"x"}]},)"
              R"({"id":"c","title":null,"messages":[{"role":"user","content":"x"}]}])");
  EXPECT_EQ(Ids(result), "a b c ");
  EXPECT_EQ(result.conversations[1].title, "../New chat\n");
  EXPECT_EQ(result.conversations[2].title, std::nullopt);
}

TEST(ExportReader, TextThatCannotBeStoredIsReplacedAndCounted) {
  std::string file = "[" +
                     Chat("a", R"(1\u0000 2\ud83d 3\ud83d\ude00 4)"
                               "\xED\xA0\xBD\xED\xB8\x80 5\xFF") +
                     "]";
  const Result result = ReadAll(file);
  ASSERT_EQ(result.conversations.size(), 1u);
  EXPECT_EQ(result.conversations[0].messages[0].text,
            "1\uFFFD 2\uFFFD 3\U0001F600 4\U0001F600 5\uFFFD");
  EXPECT_EQ(result.report.replaced_characters, 3u);
}

TEST(ExportReader, IdsThatNoIndexCanHoldAreNoIds) {
  EXPECT_EQ(Ids(ReadAll("[" + Chat(std::string(501, 'x')) + "]")), " ");
}

void ExpectError(std::string_view file, std::string_view message, std::string_view detail) {
  try {
    ReadAll(file);
    ADD_FAILURE() << "no error for " << file.substr(0, 50);
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
    EXPECT_NE(error.detail().find(detail), std::string::npos) << error.detail();
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(ExportReader, WhatIsNoExportIsAnError) {
  ExpectError("", "export is empty", "0 bytes");
  ExpectError("%PDF-1.7", "not a JSON array or object", "a PDF document");
  ExpectError("<html>", "HTML page is not an export", "an HTML or XML page");
  ExpectError("Dear diary", "not a JSON array or object", "It starts with \"Dear diary\"");
  ExpectError("  \n\xEF\xBB\xBF ", "export is empty", "7 bytes");
  ExpectError("42", "not a JSON array or object", "a number");
  ExpectError("{}", "not an export", "It is empty");
  ExpectError(R"({"id":"u","email":"x@y.z"})", "not an export", R"("id", "email")");
  ExpectError(R"({"one":{"mapping":{}},"two":{"mapping":{}}})", "not an export", R"("one", "two")");
  ExpectError(R"({"conversations":{"a":1}})", "not an export", "\"conversations\"");
  ExpectError(R"({"mapping":{"a":}})", "not valid JSON", "one object");
  ExpectError("[" + Chat("a") + ",{\"id\":", "unexpected end of export", "bytes");
  ExpectError(Chat("a") + "\n{\"id\":", "unexpected end of export", "bytes");
  ExpectError(Chat("a") + "\nDear diary", "not valid JSON", "more text after the end");
}

TEST(ExportReader, TheFirstBytesTellTheFormOfTheFile) {
  const std::string page =
      "<div class=outer-cell><i class=header-cell>Bard</i><i class=content-cell>Prompted hi";
  const std::string table = "Time,Author,Message,Conversation\n,Human,hi,a\n";
  for (const std::string& file : {page, table, Chat("a"), "[" + Chat("a") + "]"}) {
    for (const std::string before : {"", "\xEF\xBB\xBF", " \r\n\xEF\xBB\xBF\n"}) {
      for (std::size_t step : {1u, 1u << 20}) {
        const Result result = ReadAll(before + file, kLimits, step);
        ASSERT_EQ(result.conversations.size(), 1u) << before + file;
        EXPECT_EQ(result.conversations[0].messages[0].text, "hi");
      }
    }
  }
  // A page whose head is blank does not fill the memory, and is told as soon as it begins.
  EXPECT_EQ(ReadAll(std::string(100000, ' ') + table, kLimits, 1000).conversations.size(), 1u);
}

TEST(ExportReader, AnEmptyListIsNoErrorOfTheReader) { EXPECT_EQ(ReadAll("[]").report.found, 0u); }

TEST(ExportReader, WhatTheTakerThrowsComesThrough) {
  ImportReport report;
  const auto cancel = [](Conversation) { throw Error("57014", "canceled"); };
  ExportReader reader(kLimits, cancel, &report);
  EXPECT_THROW(reader.Push("[" + Chat("a") + "]"), Error);
}

TEST(ConversationFromJson, TakesAllFormsAndRefusesTheRest) {
  using nlohmann::json;
  EXPECT_EQ(ConversationOf(json::parse(Chat("a"))).id, "a");
  EXPECT_EQ(ConversationOf(json::parse(R"([{"role":"user","content":"x"}])")).messages.size(), 1u);
  EXPECT_TRUE(ConversationOf(json::parse(R"({"mapping":{}})")).messages.empty());
  EXPECT_EQ(ConversationOf(json::parse(R"({"chat_messages":[{"sender":"human","text":"x"}]})"))
                .messages.size(),
            1u);
  EXPECT_TRUE(ConversationOf(json::array()).messages.empty());
  for (const char* text : {"1", "\"x\"", "null", "true", "{}", R"({"title":"x"})",
                           R"({"header":"Gemini Apps","title":"Prompted x"})"}) {
    EXPECT_THROW(ConversationOf(json::parse(text)), Error) << text;
  }
}

TEST(ConversationFromJson, StoredMessagesAreReadBackAsTheyWere) {
  Conversation conversation;
  conversation.messages = {{"m\"1", Role::kUser, "a\n\t\"b\"\\ \x01 é😀", 1710928800500000},
                           {"", Role::kAssistant, " x ", std::nullopt}};
  const Conversation read =
      ConversationOf(nlohmann::json::parse(MessagesToJson(conversation.messages)));
  ASSERT_EQ(read.messages.size(), 2u);
  EXPECT_EQ(read.messages[0].id, conversation.messages[0].id);
  EXPECT_EQ(read.messages[0].text, conversation.messages[0].text);
  EXPECT_EQ(read.messages[0].at, conversation.messages[0].at);
  EXPECT_EQ(read.messages[1].text, " x ");
}

TEST(ConversationFromJson, WhatWouldTakeManyTimesItsSizeIsAClearError) {
  using nlohmann::json;
  const json messages(10000, json::object());
  for (const json& value :
       {messages, json{{"messages", messages}}, json{{"chat_messages", messages}}}) {
    try {
      ConversationOf(value, 1000000);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), "54000");
      EXPECT_FALSE(error.hint().empty());
    }
  }
  EXPECT_TRUE(ConversationOf(messages, 10000000).messages.empty());
}

TEST(ConversationFromJson, AListWithoutAMessageIsNone) {
  using nlohmann::json;
  EXPECT_THROW(ConversationOf(json::parse("[1, \"x\", null, []]")), Error);
  EXPECT_TRUE(ConversationOf(json::parse("[1, {}]")).messages.empty());
}

TEST(ExportReader, TitlesEndAtFiveHundredCharacters) {
  std::string title;
  for (int i = 0; i < 600; ++i) title += "\u00e9";
  const std::string said = R"([{"role":"user","content":"x"}])";
  const std::string turns = R"([{"sender":"human","text":"x"}])";
  for (
      const std::string& conversation :
      {R"({"title":")" + title + R"(","messages":)" + said + "}",
       R"({"name":")" + title + R"(","chat_messages":)" + turns + "}",
       R"({"title":")" + title +
           R"(","mapping":{"a":{"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["x"]}}}}})"}) {
    ImportReport report;
    std::string cut;
    ExportReader reader(
        kLimits, [&](Conversation c) { cut = c.title.value_or(""); }, &report);
    reader.Push("[" + conversation + "]");
    reader.Finish();
    EXPECT_EQ(cut, title.substr(0, 1000));
  }
}

}  // namespace
}  // namespace soulprint
