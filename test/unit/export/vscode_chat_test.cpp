// VS Code's requests.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

std::string SaidIn(const std::string& requests) {
  return Said(R"({"requests":[)" + requests + "]}");
}

TEST(VsCodeChat, OnlyPartsOfTextAreShown) {
  EXPECT_EQ(
      SaidIn(R"({"message":{"text":"q"},"response":["a ",{"value":"b"},{"value":{"value":" c"}},
      {"kind":"markdownContent","content":{"value":" d"}},{"kind":"markdownVuln","content":{"value":" e"}},
      {"kind":"inlineReference","inlineReference":{"name":" f"}},{"kind":"inlineReference","inlineReference":{}},
      {"kind":"thinking","value":"no"},{"kind":"toolInvocation","value":"no"},{"kind":7,"x":"no"},null]})"),
      "U:q A:a b c d e f ");
}

TEST(VsCodeChat, WhatWasTakenBackIsHidden) {
  EXPECT_EQ(
      SaidIn(
          R"({"message":{"text":"q"}},{"isHidden":true,"message":{"text":"no"},"response":[{"value":"no"}]})"),
      "U:q ");
}

TEST(VsCodeChat, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      SaidIn(R"({"message":null,"response":7},null,7,{"message":7},{"message":{"text":7,"parts":7}},
                      {"message":{"parts":[null,{"text":"q"}]}},{"message":"r","response":[]})"),
      "U:q U:r ");
  EXPECT_EQ(SaidIn(""), "");
}

}  // namespace
}  // namespace soulprint
