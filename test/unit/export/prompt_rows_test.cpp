// Rows of prompt and response.

#include <gtest/gtest.h>

#include <string>

#include "record.hpp"

namespace soulprint {
namespace {

TEST(PromptRows, APromptAndItsResponse) {
  EXPECT_EQ(Said(R"({"prompt":"q","response":"<think>no</think>a"})"), "U:q A:a ");
  EXPECT_EQ(Said(R"({"prompt":"q","response":""})"), "U:q ");
}

TEST(PromptRows, AnInstructionBesideAnInputIsTheSystems) {
  EXPECT_EQ(Said(R"({"instruction":"no","input":"q","output":"a"})"), "U:q A:a ");
  EXPECT_EQ(Said(R"({"instruction":"q","input":"","output":"a"})"), "U:q A:a ");
  EXPECT_EQ(Said(R"({"instruction":"q","output":"a"})"), "U:q A:a ");
}

}  // namespace
}  // namespace soulprint
