// Turns of Gemini in Workspace.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& turns) {
  return Said(R"({"title":"t","conversation_turns":[)" + turns + "]}");
}

TEST(GeminiWorkspace, TextsAndCardsAreShown) {
  EXPECT_EQ(SaidIn(R"({"user_turn":{"prompt":"q"}},
      {"system_turn":{"text":[{"data":"a"},{"data":"b"}],"cards":[{"content":"c"}],"model_thoughts":[{"description":"no"}]}},
      {"system_turn":{"text":"d"}},{"system_turn":{"text":["e"]}},{"system_turn":{"cards":[{"content":"f"}]}})"),
            "U:q A:a\n\nb\n\nc A:d A:e A:f ");
}

TEST(GeminiWorkspace, ATurnMayBeBoth) {
  EXPECT_EQ(SaidIn(R"({"user_turn":{"prompt":"q"},"system_turn":{"text":[{"data":"a"}]}})"),
            "U:q A:a ");
}

TEST(GeminiWorkspace, APictureAloneIsATurn) {
  EXPECT_EQ(
      SaidIn(
          R"({"user_turn":{"prompt":"","images":[{}]}},{"user_turn":{"prompt":"","images":[]}})"),
      "U:[image] ");
}

TEST(GeminiWorkspace, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(SaidIn(R"(null,7,[],{},{"user_turn":null},{"user_turn":{}},{"user_turn":{"prompt":7}},
                      {"system_turn":{"text":[null,7,{"data":null}],"cards":7}},{"user_turn":{"prompt":"q","turn_last_modified":[]}})"),
            "U:q ");
}

}  // namespace
}  // namespace soulprint
