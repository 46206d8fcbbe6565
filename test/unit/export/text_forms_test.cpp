// Which form a file has that is no JSON.

#include "export/text_forms.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(TextForms, AreToldByTheFirstBytes) {
  EXPECT_EQ(FindTextForm("<!DOCTYPE html>"), &kGeminiHtml);
  EXPECT_EQ(FindTextForm("<"), &kGeminiHtml);
  EXPECT_EQ(FindTextForm("Conversation,Time,Author,Message\r\n"), &kCopilotCsv);
  EXPECT_EQ(FindTextForm("message;AUTHOR;time;conversation"), &kCopilotCsv);
  for (const char* head : {"", "[", "{\"a\":1}", "%PDF", "Conversation,Time,Author", "hi <br>",
                           "x\nConversation,Time,Author,Message"}) {
    EXPECT_EQ(FindTextForm(head), nullptr) << head;
  }
}

}  // namespace
}  // namespace soulprint
