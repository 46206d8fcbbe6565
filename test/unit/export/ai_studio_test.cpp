// AI Studio's chunks.

#include <gtest/gtest.h>

#include <string>

#include "export/visible_messages.hpp"
#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& chunks) {
  return Said(R"({"systemInstruction":{"text":"no"},"chunkedPrompt":{"chunks":[)" + chunks +
              R"(],"pendingInputs":[{"text":"no","role":"user"}]}})");
}

TEST(AiStudio, ThoughtsAndCodeAreHidden) {
  EXPECT_EQ(SaidIn(R"({"text":"q","role":"user"},{"text":"no","role":"model","isThought":true},
                      {"executableCode":{"code":"no"},"role":"model"},{"text":"a","role":"model"},
                      {"text":"no","role":"system"},{"text":"no"})"),
            "U:q A:a ");
}

TEST(AiStudio, PartsAreOneText) {
  EXPECT_EQ(SaidIn(R"({"role":"user","parts":[{"text":"q"},{"text":" r"}]},
                      {"role":"model","parts":[{"text":"no","thought":true},{"text":"a"}]},
                      {"role":"model","text":"b c","parts":[{"text":"b "},{"text":"c"}]})"),
            "U:q r A:a A:b c ");
}

TEST(AiStudio, APictureBesideWordsLeavesNothing) {
  EXPECT_EQ(SaidIn(R"({"role":"user","driveImage":{"id":"x"}},{"role":"user","text":"q"},
                      {"role":"model","text":"a"},{"role":"user","inlineImage":{"mimeType":"image/png"}},
                      {"role":"user","inlineImage":{}},{"role":"model","text":"b"},
                      {"role":"user","driveDocument":{"id":"x"}},{"role":"user","inlineFile":{"mimeType":"image/jpeg"}})"),
            "U:q A:a U:[image] A:b U:[image] ");
}

TEST(AiStudio, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      SaidIn(
          R"(null,7,[],{},{"role":7,"text":"no"},{"role":"user","text":7},{"role":"user","parts":7},
                      {"role":"user","parts":[null,7,{"text":null}]},{"role":"user","text":"q","isThought":null})"),
      "U:q ");
  EXPECT_EQ(Said(R"({"chunkedPrompt":null})"), "");
  EXPECT_EQ(Said(R"({"chunkedPrompt":{"chunks":{}}})"), "");
  EXPECT_EQ(Said(R"({"chunkedPrompt":{"pendingInputs":[{"text":"no","role":"user"}]}})"), "");
}

}  // namespace
}  // namespace soulprint
