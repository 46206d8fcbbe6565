// Grok's responses.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidBy(const std::string& responses, const std::string& leaf = "") {
  return Said(R"({"conversation":{"id":"c","leaf_response_id":")" + leaf + R"("},"responses":[)" +
              responses + "]}");
}

TEST(Grok, OnlyAHumanIsTheUser) {
  EXPECT_EQ(SaidBy(R"({"response":{"message":"q","sender":"Human"}},
                      {"response":{"message":"a","sender":"ASSISTANT"}},
                      {"response":{"message":"b","sender":"grok-4"}},
                      {"response":{"message":"no","sender":"system"}},
                      {"response":{"message":"no","sender":null}},{"response":{"message":"no"}})"),
            "U:q A:a A:b ");
}

TEST(Grok, TheShownBranchEndsAtTheLeafElseAtTheNewestOne) {
  const std::string tree = R"(
      {"response":{"_id":"1","message":"q","sender":"human","create_time":{"$date":{"$numberLong":"1767600000000"}}}},
      {"response":{"_id":"3","parent_response_id":"1","message":"new","sender":"assistant","create_time":{"$date":{"$numberLong":"1767600009000"}}}},
      {"response":{"_id":"2","parent_response_id":"1","message":"old","sender":"assistant","create_time":{"$date":{"$numberLong":"1767600005000"}}}})";
  EXPECT_EQ(SaidBy(tree, "2"), "U:q A:old ");
  EXPECT_EQ(SaidBy(tree, "3"), "U:q A:new ");
  EXPECT_EQ(SaidBy(tree), "U:q A:new ");
  EXPECT_EQ(SaidBy(tree, "gone"), "U:q A:new ");
}

TEST(Grok, WithoutParentsTheListIsTheOrder) {
  EXPECT_EQ(SaidBy(R"({"response":{"_id":"1","message":"q","sender":"human","create_time":2}},
                      {"response":{"_id":"2","message":"a","sender":"assistant","create_time":1}})"),
            "U:q A:a ");
}

TEST(Grok, ResponsesThatAreParentsOfEachOtherEnd) {
  EXPECT_EQ(SaidBy(R"({"_id":"1","parent_response_id":"2","message":"q","sender":"human"},
                      {"_id":"2","parent_response_id":"1","message":"a","sender":"assistant"})",
                   "2"),
            "U:q A:a ");
}

TEST(Grok, CardsAreNotWords) {
  EXPECT_EQ(SaidBy(R"({"message":"<grok:render>u</grok:render>","sender":"human"},
      {"message":"a <grok:render card_id=\"1\"><argument>no</argument></grok:render>. b <grok:render x/>c","sender":"x"},
      {"message":"<xai:tool_usage_card><xai:tool_name>no</xai:tool_name></xai:tool_usage_card>d","sender":"x"},
      {"message":"e <grok:render type=\"cut","sender":"x"},{"message":"f <grok:render>no","sender":"x"})"),
            "U:<grok:render>u</grok:render> A:a. b c A:d A:e <grok:render type=\"cut A:f ");
}

TEST(Grok, APictureAloneIsATurn) {
  EXPECT_EQ(SaidBy(R"({"message":"","sender":"human","file_attachments":["an id"]},
      {"message":null,"sender":"human","image_attachments":[{"file_name":"a.png"}]},
      {"message":"","sender":"human","file_attachments":[{"file_name":"a.pdf","file_mime_type":"application/pdf"}]},
      {"message":"","sender":"human","file_attachments":["a.pdf"]},
      {"message":"words","sender":"human","file_attachments":["an id"]},
      {"message":"","sender":"assistant","file_attachments":["an id"]})"),
            "U:[image] U:[image] U:words ");
}

TEST(Grok, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  const Conversation c = RawToConversation(
      Read(R"({"conversation":7,"responses":[null,7,[],{"response":null},{"response":{}},
              {"response":{"_id":7,"conversation_id":"c","message":["a"],"sender":"human","create_time":[]}}]})"),
      nullptr);
  EXPECT_EQ(c.id, "c");
  EXPECT_EQ(Texts(c), "a");
  EXPECT_EQ(c.title, std::nullopt);
  EXPECT_EQ(c.created_at, std::nullopt);
}

TEST(Grok, ATemporaryConversationIsNotRemembered) {
  EXPECT_TRUE(
      RawToConversation(Read(R"({"conversation":{"temporary":true},"responses":[]})"), nullptr)
          .do_not_remember);
}

}  // namespace
}  // namespace soulprint
