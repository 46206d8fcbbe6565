// Le Chat's messages.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

// The text of each message of this record, a list of Le Chat's messages.
std::string Shown(const std::string& message) {
  const RawConversation raw = Read(message);
  const RawMessage& shown = raw.nodes.front().messages.front();
  return raw.id + ":" + shown.role + ":" + shown.text + shown.hidden;
}

TEST(LeChat, TheContentElseItsChunksAreShown) {
  EXPECT_EQ(Shown(R"({"chatId":"c","role":"user","content":"q","contentChunks":null})"),
            "c:user:q");
  EXPECT_EQ(
      Shown(
          R"({"chatId":"c","role":"assistant","content":"a","contentChunks":[{"type":"text","text":"a"}]})"),
      "c:assistant:a");
  EXPECT_EQ(
      Shown(R"({"role":"assistant","content":"","contentChunks":[{"type":"tool_call","text":"no"},
                     {"type":"text","text":"a"},{"type":"reference","text":"no"},{"type":"thinking","text":"no"}]})"),
      ":assistant:a");
  EXPECT_EQ(Shown(R"({"chatId":"c","role":"assistant","content":null,"contentChunks":7})"),
            "c:assistant:no text");
}

TEST(LeChat, APictureAloneIsATurn) {
  EXPECT_EQ(Shown(R"({"chatId":"c","role":"user","content":"","files":[{"type":"image"}]})"),
            "c:user:[image]");
  EXPECT_EQ(Shown(R"({"chatId":"c","role":"user","content":"","files":[null,{"name":"x.HEIC"}]})"),
            "c:user:[image]");
  EXPECT_EQ(Shown(R"({"chatId":"c","role":"user","content":"","files":[{"name":"x.pdf"}]})"),
            "c:user:blank");
}

}  // namespace
}  // namespace soulprint
