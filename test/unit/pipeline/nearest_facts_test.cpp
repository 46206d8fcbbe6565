#include "pipeline/nearest_facts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace soulprint {
namespace {

using Texts = std::vector<std::string>;

std::vector<std::size_t> Nearest(const Texts& facts, std::string_view sentence,
                                 std::size_t most = 10) {
  std::vector<std::size_t> places;
  for (const NearFact& near : NearestFacts(facts, sentence, most)) places.push_back(near.place);
  return places;
}

using Places = std::vector<std::size_t>;

TEST(NearestFacts, TheBestFirst) {
  const Texts facts = {"Lives in Porto", "Works as a nurse in Porto", "Keeps bees"};
  EXPECT_EQ(Nearest(facts, "A nurse in Porto"), (Places{1, 0}));
  EXPECT_EQ(Nearest(facts, "A nurse in Porto", 1), (Places{1}));
  EXPECT_EQ(Nearest(facts, "rides"), Places{});
  EXPECT_EQ(Nearest(facts, "the in as a"), Places{});
  EXPECT_EQ(Nearest({}, "nurse"), Places{});
}

TEST(NearestFacts, ARareWordCountsMore) {
  const Texts facts = {"likes tea", "likes jazz", "likes rain", "likes bees", "drinks oolong"};
  EXPECT_EQ(Nearest(facts, "likes oolong").front(), 4U);
}

TEST(NearestFacts, ScoresTheShareOfTheSentence) {
  const Texts facts = {"Lives in Porto", "Keeps bees"};
  const std::vector<NearFact> all = NearestFacts(facts, "keeps BEES", 10);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_DOUBLE_EQ(all[0].score, 1);
  EXPECT_EQ(all[0].words, (Texts{"keeps", "bees"}));
  const std::vector<NearFact> part = NearestFacts(facts, "Raises bees, and bees and goats", 10);
  ASSERT_EQ(part.size(), 1U);
  EXPECT_GT(part[0].score, 0);
  EXPECT_LT(part[0].score, 0.5);
  EXPECT_EQ(part[0].words, Texts{"bees"});
}

TEST(NearestFacts, TheSameWordIsNearerThanOneThatBeginsLikeIt) {
  const Texts facts = {"Painted a wall", "Sells paintings", "Paints"};
  EXPECT_EQ(Nearest(facts, "paintings"), (Places{1, 2, 0}));
}

TEST(NearestFacts, OfEqualOnesTheShorterThenTheLater) {
  EXPECT_EQ(Nearest({"tea, honey and milk", "tea", "TEA"}, "tea"), (Places{2, 1, 0}));
}

TEST(NearestFacts, LeavesOutWhatSharesMuchLess) {
  const Texts facts = {"Works as a nurse in the hospital of Porto", "Likes the sea", "Likes Porto"};
  EXPECT_EQ(Nearest(facts, "Works as nurse at a hospital, likes order"), (Places{0}));
}

TEST(NearestFacts, JoinsPairsThatOverlap) {
  const std::vector<NearFact> near = NearestFacts({"在北京工作"}, "我喜欢北京工作，北京", 10);
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near[0].words, (Texts{"北京工作", "北京"}));
}

TEST(StandInMemory, TwoThirdsOfTheWordsInOneLine) {
  const Texts statements = {"Works as a nurse in Porto", "Keeps bees", "Rides", "the"};
  EXPECT_EQ(StandInMemory(statements, "## Personal Facts\n- **Nurse**; works in Lisbon"),
            (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(StandInMemory(statements, "- nurse\n- works\n- Keeps bees, and rides"),
            (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ(StandInMemory(statements, ""), std::vector<bool>(4, false));
}

// The number is what tells these facts apart.
TEST(StandInMemory, WordsOfManyStatementsCountLess) {
  Texts statements;
  for (int i = 0; i < 30; ++i) statements.push_back("Loves painting number " + std::to_string(i));
  const std::vector<bool> stand = StandInMemory(statements, "- Loves painting number 7");
  for (std::size_t i = 0; i < stand.size(); ++i) EXPECT_EQ(stand[i], i == 7) << i;
}

}  // namespace
}  // namespace soulprint
