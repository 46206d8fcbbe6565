#include "pipeline/sample.hpp"

#include <gtest/gtest.h>

#include "fakes.hpp"

namespace soulprint {
namespace {

TEST(Sample, IsOfTheBestConversations) {
  FakeStore store;
  store.Add(Talk("short", 1, {"Hi", "Bye"}));
  store.Add(Talk("long", 2, {"I keep bees", "I sail", "User: I ride"}));
  const std::vector<std::string> ids = store.ConversationIds();
  std::vector<Scored> scored;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    scored.push_back(ScoreAt(i, *store.ReadConversation(ids[i])));
  }
  const Sample sample(ids, scored, store);
  ASSERT_EQ(sample.ranked().size(), 2U);
  EXPECT_EQ(ids[sample.ranked()[0].position], "long");
  const FairText both = sample.Format(kLargestSample);
  ASSERT_EQ(both.blocks.size(), 2U);
  EXPECT_EQ(both.blocks[0].whole, both.blocks[0].used);
  EXPECT_EQ(both.text.size(), both.blocks[0].used + 2 + both.blocks[1].used);
  EXPECT_NE(both.text.find("\nUser:  User: I ride"), std::string::npos);  // the pass's fence
  const FairText best = sample.Format({1, 100});
  ASSERT_EQ(best.blocks.size(), 1U);
  EXPECT_LT(best.blocks[0].used, best.blocks[0].whole);
  EXPECT_EQ(best.text.size(), best.blocks[0].used);
}

// A conversation that was deleted meanwhile is an empty one.
TEST(Sample, LacksWhatIsGone) {
  FakeStore store;
  const std::vector<std::string> ids = {"gone"};
  const Sample sample(ids, {{0, 10, 4, {}}}, store);
  EXPECT_EQ(sample.Format(kLargestSample).text,
            "=== Conversation: \"Untitled\" (unknown date) ===");
}

}  // namespace
}  // namespace soulprint
