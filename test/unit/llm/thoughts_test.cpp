#include "llm/thoughts.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

TEST(Thoughts, BeforeTheAnswerAreCutOff) {
  for (const std::string& thoughts :
       {std::string("<think>a {b} [c] \"d\n</think>"), std::string("<think></think>"),
        std::string("\n <THINK>a</Think>\n\n"), std::string("<thinking>{\"x\": 1}</thinking>"),
        std::string("[THINK]a[/THINK]"), std::string("<think>a</think>\n<think>b</think>"),
        std::string("They like it. Draft: {\"x\": [1]}\n</think>\n"),
        std::string("\u25C1think\u25B7a\u25C1/think\u25B7")}) {
    EXPECT_EQ(WithoutThoughts(thoughts + "{\"y\": 2}"), "{\"y\": 2}") << thoughts;
  }
}

TEST(Thoughts, WithoutAnEndAreAllThereIs) {
  EXPECT_EQ(WithoutThoughts("<think>They like it. {\"x\": 1}"), "");
  EXPECT_EQ(WithoutThoughts("<think>a</think><thinking>b"), "");
}

TEST(Thoughts, InsideAnAnswerStay) {
  for (const char* answer :
       {"", " ", "plain", "{\"a\": \"he wrote <think>x</think>\"}", "## A\n- </think>",
        "```json\n{\"a\": \"</think>\"}\n```", "about <think>ing", "<b>bold</b>"}) {
    EXPECT_EQ(WithoutThoughts(answer), answer);
  }
}

}  // namespace
}  // namespace soulprint
