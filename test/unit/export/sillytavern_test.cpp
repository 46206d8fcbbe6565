// SillyTavern's lines.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

std::string Shown(const std::string& line) {
  const RawMessage message = Read(line).nodes.front().messages.front();
  return message.role + ":" + message.text + message.hidden;
}

TEST(SillyTavern, SaysWhoSpeaks) {
  EXPECT_EQ(Shown(R"({"is_user":true,"mes":"q"})"), "user:q");
  EXPECT_EQ(Shown(R"({"is_user":false,"mes":"<think>no</think>a"})"), "assistant:a");
  EXPECT_EQ(Shown(R"({"is_user":true,"mes":"<think>q</think>"})"), "user:<think>q</think>");
  EXPECT_EQ(Shown(R"({"is_user":false,"is_system":true,"mes":"no"})"), "system:no");
  EXPECT_EQ(Shown(R"({"is_user":null,"mes":""})"), "assistant:blank");
}

}  // namespace
}  // namespace soulprint
