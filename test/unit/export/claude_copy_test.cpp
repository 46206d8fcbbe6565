// Copies of Claude's page.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

TEST(ClaudeCopy, ElementsAreParagraphs) {
  EXPECT_EQ(
      Said(
          R"({"chats":[{"type":"prompt","message":[{"type":"p","data":"q"},{"type":"ul","data":["r","s"]}]},
                    {"type":"response","message":["a",{"type":"pre","data":"b"}]},{"type":"response","message":"c"}]})"),
      "U:q\n\nr\n\ns A:a\n\nb A:c ");
}

TEST(ClaudeCopy, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      Said(
          R"({"meta":7,"chats":[{"type":"prompt","message":null},null,7,{},{"type":7,"message":"no"},
                    {"type":"other","message":"no"},{"type":"prompt","message":[null,7,{},{"data":7}]},
                    {"type":"prompt","message":["q"]}]})"),
      "U:q ");
}

}  // namespace
}  // namespace soulprint
