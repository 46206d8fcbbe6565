// Which conversations a sample shows, and in which order.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "export/export_to_conversations.hpp"
#include "golden.hpp"
#include "pipeline/conversations_to_sample.hpp"
#include "send_value.hpp"

namespace soulprint {
namespace {

Message User(std::string text) { return {"", Role::kUser, std::move(text), {}}; }

TEST(ScoreConversation, AgreesWithGoldenAndSoDoesTheRank) {
  for (const auto& golden : ReadGolden("scores.json")) {
    std::vector<Scored> scored;
    std::vector<std::string> ids;
    for (const auto& input : golden["conversations"]) {
      const Conversation conversation = ConversationOf(nlohmann::json::parse(input.dump()));
      std::size_t const position = scored.size();
      scored.push_back({position, ScoreConversation(conversation), conversation.messages.size(),
                        conversation.created_at});
      ids.push_back(input["id"]);
      EXPECT_EQ(scored.back().score, golden["scores"][position]) << ids.back();
    }
    for (std::size_t n : {200, 3}) {
      std::vector<std::string> best;
      for (const Scored& s : RankConversations(scored, n)) best.push_back(ids[s.position]);
      EXPECT_EQ(nlohmann::json(best), nlohmann::json(golden["sample_" + std::to_string(n)]));
    }
  }
}

TEST(ScoreConversation, CountsAtMost500CharactersOfAUserMessage) {
  std::string emoji;
  for (int i = 0; i < 501; ++i) emoji += "😀";
  EXPECT_EQ(ScoreConversation({"", "", {}, {}, {User(emoji)}}), 10 + 500);
  EXPECT_EQ(ScoreConversation(
                {"", "", {}, {}, {User("ab"), {"", Role::kAssistant, emoji, {}}, User("c")}}),
            30 + 3 + 20);
  EXPECT_EQ(ScoreConversation({}), 0);
}

std::vector<std::size_t> Positions(const std::vector<Scored>& ranked) {
  std::vector<std::size_t> positions;
  for (const Scored& s : ranked) positions.push_back(s.position);
  return positions;
}

TEST(RankConversations, HighestScoreThenNewestThenTheOrderGiven) {
  const std::vector<Scored> ranked = RankConversations(
      {{0, 5, 4, {}}, {1, 5, 4, 7}, {2, 9, 4, 1}, {3, 5, 4, 8}, {4, 5, 4, 7}, {5, 5, 4, {}}}, 10);
  EXPECT_EQ(Positions(ranked), (std::vector<std::size_t>{2, 3, 1, 4, 0, 5}));
}

TEST(RankConversations, LeavesShortOnesOutUnlessThereAreNoOthers) {
  EXPECT_EQ(Positions(RankConversations({{0, 900, 3, {}}, {1, 1, 4, {}}}, 10)),
            (std::vector<std::size_t>{1}));
  EXPECT_EQ(Positions(RankConversations({{0, 1, 3, {}}, {1, 2, 1, {}}}, 10)),
            (std::vector<std::size_t>{1, 0}));
}

TEST(RankConversations, GivesNoMoreThanAskedFor) {
  EXPECT_EQ(RankConversations({{0, 1, 4, {}}, {1, 2, 4, {}}}, 1).size(), 1u);
  EXPECT_TRUE(RankConversations({{0, 1, 4, {}}}, 0).empty());
  EXPECT_TRUE(RankConversations({}, 5).empty());
}

}  // namespace
}  // namespace soulprint
