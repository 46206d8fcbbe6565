// LM Studio's turns.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& turns) { return Said(R"({"messages":[)" + turns + "]}"); }

TEST(LmStudio, TheSelectedVersionIsShown) {
  const std::string versions =
      R"("versions":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"user","content":[{"type":"text","text":"b"}]}])";
  EXPECT_EQ(SaidIn("{" + versions + R"(,"currentlySelected":0})"), "U:a ");
  EXPECT_EQ(SaidIn("{" + versions + R"(,"currentlySelected":1})"), "U:b ");
  for (const char* selected : {"2", "-1", "0.5", "null", "\"0\"", "1e99"}) {
    EXPECT_EQ(SaidIn("{" + versions + ",\"currentlySelected\":" + selected + "}"), "U:b ")
        << selected;
  }
  EXPECT_EQ(SaidIn("{" + versions + "}"), "U:b ");
}

TEST(LmStudio, StepsThatAreNoAnswerAreHidden) {
  EXPECT_EQ(SaidIn(R"({"versions":[{"role":"assistant","steps":[
      {"type":"contentBlock","style":{"type":"thinking"},"content":[{"type":"text","text":"no"}]},
      {"type":"contentBlock","content":[{"type":"text","text":"a"}]},
      {"type":"contentBlock","style":{"type":"default"},"content":[{"type":"text","text":"b"},{"type":"toolCallRequest","text":"no"}]},
      {"type":"debugInfoBlock","content":[{"type":"text","text":"no"}]},{"type":"toolStatus","content":"no"}]}]})"),
            "A:a\n\nb ");
  EXPECT_EQ(
      SaidIn(
          R"({"versions":[{"role":"assistant","steps":[{"type":"contentBlock","content":[{"type":"text","text":"<think>no</think>\na"}]}]}]})"),
      "A:a ");
}

TEST(LmStudio, APictureAloneIsATurn) {
  EXPECT_EQ(
      SaidIn(R"({"versions":[{"role":"user","content":[{"type":"file","fileType":"image"}]}]})"),
      "U:[image] ");
}

TEST(LmStudio, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      SaidIn(
          R"({"versions":[]},null,7,{"versions":7},{"versions":[null]},{"versions":[{"role":7,"content":"no"}]},
                      {"versions":[{"role":"assistant","steps":[null,7,{},{"type":"contentBlock"}]}]},
                      {"versions":[{"role":"user","content":"q"}]})"),
      "U:q ");
}

}  // namespace
}  // namespace soulprint
