// Claude Code's entries.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

// What an entry with this message shows.
std::string Shown(const std::string& message, const std::string& more = "") {
  const RawConversation raw =
      Read(R"({"sessionId":"s","parentUuid":"p","uuid":"u","message":)" + message + more + "}");
  const RawMessage& shown = raw.nodes.at(0).messages.at(0);
  return shown.role + ":" + shown.text + shown.hidden;
}

TEST(ClaudeCode, ShowsTextAndPictures) {
  EXPECT_EQ(Shown(R"({"role":"user","content":" q "})"), "user:q");
  EXPECT_EQ(Shown(R"({"role":"user","content":[{"type":"image"}]})"), "user:[image]");
  EXPECT_EQ(
      Shown(
          R"({"role":"assistant","content":[{"type":"thinking","text":"no"},{"type":"text","text":"a"}]})"),
      "assistant:a");
  EXPECT_EQ(Shown(R"({"role":"user","content":[{"type":"tool_result","content":"no"}]})"),
            "user:no text");
  EXPECT_EQ(Shown(R"({"content":"q"})"), ":q");
}

TEST(ClaudeCode, WhatTheProgramWroteIsNotTheUsers) {
  const std::string words = R"({"role":"user","content":"no"})";
  for (const char* note : {"isMeta", "isCompactSummary", "isVisibleInTranscriptOnly"}) {
    EXPECT_EQ(Shown(words, ",\"" + std::string(note) + "\":true"), "user:note of the program");
    EXPECT_EQ(Shown(words, ",\"" + std::string(note) + "\":false"), "user:no");
  }
  EXPECT_EQ(Shown(R"({"role":"user","content":"<command-name>/x</command-name>"})"), "user:blank");
  EXPECT_EQ(Shown(R"({"role":"user","content":"<system-reminder>no</system-reminder>q"})"),
            "user:q");
  EXPECT_EQ(Shown(R"({"role":"assistant","content":"<bash-stdout>a"})"),
            "assistant:<bash-stdout>a");
}

TEST(ClaudeCode, EntriesFollowEachOther) {
  const RawConversation none = Read(R"({"sessionId":"s","parentUuid":"p","uuid":"u"})");
  EXPECT_EQ(none.id, "s");
  EXPECT_EQ(none.order, RawConversation::Order::kThread);
  EXPECT_EQ(none.nodes.at(0).key + none.nodes.at(0).parent, "up");
  EXPECT_TRUE(none.nodes.at(0).messages.empty());
  const RawNode root = Read(R"({"sessionId":"s","parentUuid":null,"message":"x"})").nodes.at(0);
  EXPECT_EQ(root.parent, "");
  EXPECT_TRUE(root.has_parent_field);
  EXPECT_TRUE(root.messages.empty());
  const std::string compacted = R"({"sessionId":"s","parentUuid":null,"logicalParentUuid":"p"})";
  EXPECT_EQ(Read(compacted).nodes.at(0).parent, "p");
  const std::string side = R"({"sessionId":"s","parentUuid":"p","isSidechain":true})";
  EXPECT_TRUE(Read(side).nodes.empty());
}

}  // namespace
}  // namespace soulprint
