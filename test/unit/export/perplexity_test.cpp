// Perplexity's threads.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

TEST(Perplexity, TheFirstAnswerIsShown) {
  EXPECT_EQ(
      Said(
          R"({"entries":[{"query_str":"q","blocks":[{"intended_usage":"plan","markdown_block":{"answer":"no"}},
      {"intended_usage":"ask_text","markdown_block":{"answer":""}},
      {"intended_usage":"ask_text_0_markdown","markdown_block":{"answer":"a"}},
      {"intended_usage":"ask_text_1_markdown","markdown_block":{"answer":"no"}}]}]})"),
      "U:q A:a ");
  EXPECT_EQ(Said(R"({"entries":[{"query":"q","answer":"a"},{"query_str":"r","blocks":[]}]})"),
            "U:q A:a U:r ");
  EXPECT_EQ(Said(R"({"query":"q","answer":"a"})"), "U:q A:a ");
}

TEST(Perplexity, TheTitleStandsInTheThreadOrInItsFirstEntry) {
  EXPECT_EQ(
      Read(R"({"entries":[{"query_str":"q","thread_title":"no"}],"thread_metadata":{"title":"t"}})")
          .title,
      "t");
  const RawConversation raw =
      Read(R"({"entries":[{"query_str":"q","thread_title":"t","context_uuid":"c"}]})");
  EXPECT_EQ(raw.title, "t");
  EXPECT_EQ(raw.id, "c");
}

TEST(Perplexity, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(
      Said(R"({"entries":[{"query_str":7,"blocks":7},null,7,{"blocks":[null,7,{"markdown_block":7},
      {"markdown_block":{"answer":7}}]},{"query_str":"q","entry_created_datetime":[]}],"thread_metadata":7})"),
      "U:q ");
}

}  // namespace
}  // namespace soulprint
