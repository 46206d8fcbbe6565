#include "pipeline/explain_sample.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "fakes.hpp"
#include "pipeline/full_pass.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::int64_t kMinute = std::int64_t{60} * 1000000;

// A conversation of six messages, each of this many characters.
Conversation Long(int number, std::size_t characters, const std::string& letter = "a") {
  Conversation conversation;
  conversation.id = "c" + std::to_string(number);
  conversation.title = "Talk " + std::to_string(number);
  conversation.created_at = (number + 1) * kMinute;
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) text += letter;
  for (int i = 0; i < 6; ++i) {
    conversation.messages.push_back(
        {"", i % 2 == 0 ? Role::kUser : Role::kAssistant, text, conversation.created_at});
  }
  return conversation;
}

// The sample in the first question for sections that a pass asks.
std::string AskedSample(FakeStore& store) {
  ScriptedModel model;
  std::string material;
  model.answer = [&](const Question& question) {
    if (question.step == Step::kSections && material.empty()) material = question.material;
    return Refusal();
  };
  PassOptions options;
  options.model = "m";
  RunFullPass(store, model, options);
  return material.substr(0, material.find("\n\n## MEMORY"));
}

std::size_t Used(const std::vector<Sampled>& sample) {
  std::size_t used = 0;
  for (const Sampled& each : sample) used += each.length.used;
  return used;
}

TEST(ExplainSample, TellsWhatAPassUses) {
  FakeStore store;
  for (int i = 0; i < 230; ++i) store.Add(Long(i, i < 3 ? 10 : 1900));
  const std::vector<Sampled> sample = ExplainSample(store, "");
  ASSERT_EQ(sample.size(), 200U);
  EXPECT_EQ(sample[0].id, "c229");
  EXPECT_EQ(sample[0].scored.messages, 6U);
  EXPECT_EQ(sample[0].scored.created_at, 230 * kMinute);
  EXPECT_GT(sample[0].length.whole, 6 * 1900U);
  EXPECT_LT(sample[0].length.used, sample[0].length.whole);
  const std::string asked = AskedSample(store);
  EXPECT_EQ(Used(sample) + 2 * (sample.size() - 1), CountCharacters(asked));
}

TEST(ExplainSample, ASmallerOneWhereTheFirstSeemsTooLong) {
  FakeStore store;
  for (int i = 0; i < 210; ++i) store.Add(Long(i, 1900, "東"));
  const std::vector<Sampled> sample = ExplainSample(store, "");
  EXPECT_EQ(sample.size(), 50U);
  EXPECT_EQ(Used(sample) + 2 * (sample.size() - 1), CountCharacters(AskedSample(store)));
}

TEST(ExplainSample, NothingToSample) {
  FakeStore store;
  EXPECT_TRUE(ExplainSample(store, "").empty());
  store.Add({"empty", "Title", {}, {}, {}});
  EXPECT_TRUE(ExplainSample(store, "").empty());
}

}  // namespace
}  // namespace soulprint
