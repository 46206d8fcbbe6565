// Codex's tasks.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

TEST(CodexTasks, OnlyMessagesAreShown) {
  EXPECT_EQ(
      Said(
          R"({"turns":[{"role":"user","input_items":[{"type":"message","content":[{"content_type":"text","text":"q"},
        {"content_type":"image_asset_pointer","text":"no"}]},{"type":"pr","content":"no"}]},
      {"role":"assistant","output_items":[{"type":"message","content":"a"},{"content":"no"}]}]})"),
      "U:q A:a ");
}

TEST(CodexTasks, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      Said(
          R"({"turns":[{"role":7,"input_items":7},null,7,{"role":"user","input_items":[null,7,{"type":7},{"type":"message"},
      {"type":"message","content":[null,7]}]},{"role":"user","input_items":[{"type":"message","content":["q"]}]}]})"),
      "U:q ");
}

}  // namespace
}  // namespace soulprint
