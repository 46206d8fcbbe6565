// The marks of the form.

#include "pipeline/prompt_format.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace soulprint {
namespace {

TEST(PromptFormat, ALabelSaysWhoSpeaks) {
  EXPECT_EQ(Label(Role::kUser), "User: ");
  EXPECT_EQ(Label(Role::kAssistant), "Assistant: ");
}

TEST(PromptFormat, ATitleThatIsMissingIsUntitled) {
  EXPECT_EQ(ShownTitle(std::nullopt), "Untitled");
  EXPECT_EQ(ShownTitle(""), "");
}

}  // namespace
}  // namespace soulprint
