// The table of models.

#include "llm/capabilities.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(Capabilities, GoByTheLongestPrefix) {
  EXPECT_TRUE(CapabilitiesOf("claude-haiku-4-5-20251001").temperature);
  EXPECT_EQ(CapabilitiesOf("claude-haiku-4-5-20251001").thinking, "");
  EXPECT_EQ(CapabilitiesOf("claude-haiku-4-5").max_output_tokens, 64000);
  EXPECT_EQ(CapabilitiesOf("claude-haiku-4-5").context_tokens, 200000);
  EXPECT_FALSE(CapabilitiesOf("claude-haiku-5-5").temperature);
  EXPECT_EQ(CapabilitiesOf("claude-haiku-5-5").thinking, "disabled");
  EXPECT_TRUE(CapabilitiesOf("claude-opus-4-6").temperature);
  EXPECT_FALSE(CapabilitiesOf("claude-opus-4-7-20260301").temperature);
  EXPECT_EQ(CapabilitiesOf("claude-sonnet-5").thinking, "disabled");
  EXPECT_EQ(CapabilitiesOf("claude-sonnet-5-5").thinking, "between_tools");
  EXPECT_EQ(CapabilitiesOf("claude-opus-5").effort, "");
  EXPECT_EQ(CapabilitiesOf("claude-opus-5-5").effort, "low");
  EXPECT_EQ(CapabilitiesOf("claude-fable-5-1").effort, "low");
}

TEST(Capabilities, ProviderMayStandBeforeTheName) {
  EXPECT_FALSE(CapabilitiesOf("anthropic/claude-haiku-5-5").temperature);
  EXPECT_FALSE(CapabilitiesOf("us.anthropic.claude-haiku-5-5-v1:0").temperature);
}

TEST(Capabilities, UnknownModelIsAskedAsConfigured) {
  for (const char* model : {"qwen3:8b", "", "claude-", "claude-9", "haiku-5-5"}) {
    const Capabilities capabilities = CapabilitiesOf(model);
    EXPECT_TRUE(capabilities.temperature) << model;
    EXPECT_EQ(capabilities.thinking, "") << model;
    EXPECT_EQ(capabilities.max_output_tokens, 0) << model;
  }
}

}  // namespace
}  // namespace soulprint
