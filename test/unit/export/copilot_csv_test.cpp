// Copilot's table of messages: rows, runs of rows, and the order of the messages.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../export_files.hpp"
#include "export/export_to_conversations.hpp"
#include "util/error.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

// Each conversation: its title, its times, and its messages.
std::string Texts(const FileResult& result) {
  std::string texts;
  for (const Conversation& conversation : result.conversations) {
    texts += conversation.title.value_or("null") + " " + FormatTime(conversation.created_at);
    if (conversation.updated_at != conversation.created_at) {
      texts += "-" + FormatTime(conversation.updated_at);
    }
    for (const Message& message : conversation.messages) {
      texts += (message.role == Role::kUser ? "|U:" : "|A:") + message.text;
    }
    texts += "\n";
  }
  return texts;
}

std::string Read(const std::string& file) {
  const std::string texts = Texts(ReadAll(file));
  EXPECT_EQ(Texts(ReadAll(file, 1)), texts) << file;
  return texts;
}

const std::string kHeader =
    "\xEF\xBB\xBF"
    "Conversation,Time,Author,Message\r\n";

TEST(CopilotCsv, ReadsQuotedFieldsOverLines) {
  EXPECT_EQ(Read(kHeader + "\"Boats\",2026-01-05T08:00:00,AI,\"Tar, \"\"it\"\"\n\n* now\"\r\n"
                           "\"Boats\",2026-01-05T08:00:00,Human,\"My boat\r\nleaks\"\r\n"),
            "Boats 2026-01-05T08:00:00Z|U:My boat\nleaks|A:Tar, \"it\"\n\n* now\n");
  EXPECT_EQ(Read(kHeader + "a,,Human,5\" nails\ra,,AI,\"x\"y\"z\n\n\n"),
            "a |U:5\" nails|A:xy\"z\n");
  EXPECT_EQ(Read(kHeader + ",2026-01-05T08:00:00,Human,no title"),
            "null 2026-01-05T08:00:00Z|U:no title\n");
}

TEST(CopilotCsv, ColumnsAreKnownByTheirNames) {
  const std::string texts = "a 2026-01-05T08:00:00Z|U:x,y;z\n";
  EXPECT_EQ(Read("\"message\" , \"Author\",Extra, time,CONVERSATION,Message\n\"x,y;z\",Human,,"
                 "2026-01-05T08:00:00,a,no\n"),
            texts);
  EXPECT_EQ(Read("Conversation;Time;Author;Message\n a;2026-01-05 08:00:00;Human;\"x,y;z\""),
            texts);
  EXPECT_EQ(Read("\"Extra, \"\"more\"\"\"\tConversation\tTime\tAuthor\tMessage\n,\ta\t"
                 "2026-01-05T09:00:00+01:00\tHuman\tx,y;z\n"),
            texts);
  EXPECT_EQ(
      Read("CreatedAt,MessageContent,Author,ChatName\n1/5/2026 8:00:00 +00:00,\"x,y;z\",user,a"),
      texts);
}

TEST(CopilotCsv, QuestionsComeBeforeAnswersWhateverTheOrderOfTheFile) {
  const auto row = [](const char* minute, const char* author, const char* text) {
    return std::string("a,2026-01-05T08:0") + minute + ":00," + author + "," + text + "\r\n";
  };
  const std::string q1 = row("1", "Human", "q1"), a1 = row("1", "AI", "a1");
  const std::string q2 = row("2", "Human", "q2"), a2 = row("2", "AI", "a2");
  const std::string texts = "a 2026-01-05T08:01:00Z-2026-01-05T08:02:00Z|U:q1|A:a1|U:q2|A:a2\n";
  for (const std::string& rows : {a2 + q2 + a1 + q1, q1 + a1 + q2 + a2, q2 + a2 + q1 + a1,
                                  a1 + q1 + a2 + q2, a1 + q2 + q1 + a2}) {
    EXPECT_EQ(Read(kHeader + rows), texts) << rows;
  }
  const std::string other = row("1", "AI", "b1"), more = row("1", "Human", "p1");
  EXPECT_EQ(Read(kHeader + other + more + a1 + q1), "a 2026-01-05T08:01:00Z|U:q1|A:a1|U:p1|A:b1\n");
  EXPECT_EQ(Read(kHeader + q1 + other + a1), "a 2026-01-05T08:01:00Z|U:q1|A:b1|A:a1\n");
  EXPECT_EQ(Read(kHeader + "a,,AI,a2\na,x,Human,q2\na,,AI,a1\na,,Human,q1"),
            "a |U:q1|A:a1|U:q2|A:a2\n");
  EXPECT_EQ(Read(kHeader + "a,,Human,q1\na,,AI,a1"), "a |U:q1|A:a1\n");
  EXPECT_EQ(Read(kHeader + "a,,AI,a1\na,,AI,a2"), "a |A:a1|A:a2\n");
  EXPECT_EQ(Read(kHeader + other + more + row("1", "Human", "p2") + q2),
            "a 2026-01-05T08:01:00Z-2026-01-05T08:02:00Z|U:p1|A:b1|U:p2|U:q2\n");
}

TEST(CopilotCsv, WithoutATimeForEachMessageTheOrderOfTheFileCounts) {
  EXPECT_EQ(Read(kHeader + "a,2026-01-05T08:01:00,Human,q\na,,AI,x\na,2026-01-05T08:02:00,AI,y"),
            "a 2026-01-05T08:01:00Z-2026-01-05T08:02:00Z|U:q|A:x|A:y\n");
  EXPECT_EQ(Read(kHeader + "a,2026-01-05T08:01:00,AI,y\na,,AI,x\na,2026-01-05T08:01:00,Human,q"),
            "a 2026-01-05T08:01:00Z|U:q|A:x|A:y\n");
  EXPECT_EQ(Read(kHeader + "a,1970-01-01T00:00:00,Human,q\na,,AI,x"), "a |U:q|A:x\n");
}

TEST(CopilotCsv, ARunOfATitleIsAConversation) {
  EXPECT_EQ(Read(kHeader + "a,2026-01-05T08:03:00,Human,3\nb,2026-01-05T08:02:00,Human,2\n"
                           "a,2026-01-05T08:01:00,Human,1\n"),
            "a 2026-01-05T08:03:00Z|U:3\nb 2026-01-05T08:02:00Z|U:2\na 2026-01-05T08:01:00Z|U:1\n");
  EXPECT_EQ(ReadAll(kHeader + ",,,\n\r\n").report.found, 0u);
}

TEST(CopilotCsv, WhatTheUserDidNotSeeIsHidden) {
  const FileResult result =
      ReadAll(kHeader + "a,,System,NEVER\na,,Human,hi\na,,AI, \na,,AI\nb,,AI,\n");
  EXPECT_EQ(Texts(result), "a |U:hi\n");
  EXPECT_EQ(result.report.hidden.at("system"), 1u);
  EXPECT_EQ(result.report.hidden.at("blank"), 3u);
  EXPECT_EQ(result.report.skipped.at("no visible message"), 1u);
}

TEST(CopilotCsv, WhatIsTooLargeIsSkipped) {
  const std::string x(kMaxBytes / 2 + 1, 'x');
  std::string file = kHeader + "a,,Human,1\na,,AI,\"" + x + "\"\na,,Human,2\nb,,Human," + x + "\n";
  for (int i = 0; i < 3; ++i) file += "c,,Human," + std::string(20000, 'c') + "\n";
  for (std::size_t step : {std::size_t{1000}, SIZE_MAX}) {
    const FileResult result = ReadAll(file + "d,,Human," + std::string(20000, ',') + "\n", step);
    EXPECT_EQ(Texts(result), "a |U:1|U:2\n");
    EXPECT_EQ(result.report.found, 5u);
    EXPECT_EQ(result.report.skipped.at("too large"), 3u);
    EXPECT_EQ(result.report.skipped.at("no visible message"), 1u);
  }
}

TEST(CopilotCsv, BytesThatAreNoUtf8AreReplaced) {
  const FileResult result = ReadAll(kHeader + "a\xFF,,Human,b\xFF\n");
  EXPECT_EQ(Texts(result), "a\uFFFD |U:b\uFFFD\n");
  EXPECT_EQ(result.report.replaced_characters, 2u);
}

TEST(CopilotCsv, AFileThatIsCutOffIsAnError) {
  try {
    ReadAll(kHeader + "a,,Human,\"hi");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::kInvalidTextRepresentation);
    EXPECT_STREQ(error.what(), "unexpected end of export");
  }
}

TEST(CopilotCsv, AnotherTableIsNone) {
  for (const char* file :
       {"Conversation,Time,Author\na,b,c\n", "a,b\nConversation,Time,Author,Message",
        "Conversation;Time,Author,Message\n", "Date,Message,Author,Time\n"}) {
    EXPECT_THROW(ReadAll(file), Error) << file;
  }
}

}  // namespace
}  // namespace soulprint
