// LibreChat's messages.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& messages) {
  return Said(R"({"conversationId":"c","messages":[)" + messages + "]}");
}

TEST(LibreChat, TheShownBranchEndsTheList) {
  EXPECT_EQ(
      SaidIn(
          R"({"messageId":"a","parentMessageId":"00000000-0000-0000-0000-000000000000","isCreatedByUser":true,"text":"q"},
                      {"messageId":"b","parentMessageId":"a","isCreatedByUser":false,"sender":"GPT-5","text":"no"},
                      {"messageId":"c","parentMessageId":"a","isCreatedByUser":false,"sender":"GPT-5","text":"a"})"),
      "U:q A:a ");
}

TEST(LibreChat, AFirstPromptThatWasEditedIsNotBeforeTheNewOne) {
  EXPECT_EQ(SaidIn(R"({"messageId":"a","parentMessageId":null,"isCreatedByUser":true,"text":"no"},
                      {"messageId":"b","parentMessageId":null,"isCreatedByUser":true,"text":"q"},
                      {"messageId":"c","parentMessageId":"b","isCreatedByUser":false,"text":"a"})"),
            "U:q A:a ");
}

TEST(LibreChat, WithoutTheFlagTheSenderIsTheSpeaker) {
  EXPECT_EQ(SaidIn(R"({"messageId":"a","sender":"User","text":"q"},
                      {"messageId":"b","sender":"Mistral","text":"a"},{"messageId":"c","text":"no"})"),
            "U:q A:a ");
}

TEST(LibreChat, OnlyTextIsShown) {
  EXPECT_EQ(
      SaidIn(
          R"({"messageId":"a","isCreatedByUser":true,"text":"","content":[{"type":"text","text":"q"}]},
      {"messageId":"b","isCreatedByUser":false,"text":"","content":[{"type":"think","think":"no"},
        {"type":"text","text":{"value":"a"}},{"type":"tool_call","tool_call":{"output":"no"}},{"type":"error","error":"no"}]},
      {"messageId":"c","isCreatedByUser":false,"text":":::thinking\nno\n:::\nb"},
      {"messageId":"d","isCreatedByUser":false,"text":":::thinking\nno"},
      {"messageId":"e","isCreatedByUser":false,"error":true,"text":"no"},
      {"messageId":"f","isCreatedByUser":true,"text":"","files":[{"type":"image/png"}]})"),
      "U:q A:a A:b U:[image] ");
}

TEST(LibreChat, MessagesMayContainTheirChildren) {
  EXPECT_EQ(Said(R"({"messagesTree":[{"messageId":"a","isCreatedByUser":true,"text":"q","children":[
      {"messageId":"b","isCreatedByUser":false,"text":"no","children":[{"messageId":"c","isCreatedByUser":true,"text":"no"}]},
      {"messageId":"d","isCreatedByUser":false,"text":"a","children":[null,7,{"messageId":"e","isCreatedByUser":true,"text":"r","children":[]}]}]}]})"),
            "U:q A:a U:r ");
}

TEST(LibreChat, MessagesThatAreParentsOfEachOtherEnd) {
  EXPECT_EQ(SaidIn(R"({"messageId":"a","parentMessageId":"b","isCreatedByUser":true,"text":"q"},
                      {"messageId":"b","parentMessageId":"a","isCreatedByUser":false,"text":"a"})"),
            "U:q A:a ");
}

TEST(LibreChat, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      SaidIn(
          R"({"messageId":7,"parentMessageId":[],"isCreatedByUser":"yes","sender":null,"text":"no"},
                      null,7,{"messageId":"b","isCreatedByUser":true,"text":7},
                      {"messageId":"c","isCreatedByUser":true,"text":"q","createdAt":{},"children":7})"),
      "U:q ");
}

}  // namespace
}  // namespace soulprint
