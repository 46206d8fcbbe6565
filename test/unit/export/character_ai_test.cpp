// Character.AI's histories.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

TEST(CharacterAi, WithoutAWordTheCharacterSpeaks) {
  EXPECT_EQ(
      Said(R"({"msgs":[{"src":{"is_human":true},"text":"q"},{"src":{"is_human":false},"text":"a"},
                    {"src":{"name":"X"},"text":"b"},{"text":"no"}]})"),
      "U:q A:a A:b ");
}

TEST(CharacterAi, ThePrimaryCandidateIsShownElseTheFirst) {
  EXPECT_EQ(Said(R"({"turns":[{"author":{"is_human":true},"candidates":[{"raw_content":"q"}]},
      {"author":{},"primary_candidate_id":"2","candidates":[{"candidate_id":"1","raw_content":"no"},{"candidate_id":"2","raw_content":"a"}]},
      {"author":{},"primary_candidate_id":"3","candidates":[{"candidate_id":"1","raw_content":"b"},{"raw_content":"no"}]},
      {"author":{},"candidates":[]}]})"),
            "U:q A:a A:b ");
}

TEST(CharacterAi, WhatIsMissingOrOfAnotherTypeIsUnknown) {
  EXPECT_EQ(Said(R"({"msgs":[{"src":7,"text":"no"},null,7,{"src":{"is_human":"yes"},"text":7},
                    {"src":{"is_human":true},"text":"q","created":{}}]})"),
            "U:q ");
}

}  // namespace
}  // namespace soulprint
