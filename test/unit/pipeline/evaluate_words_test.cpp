#include "pipeline/evaluate_words.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace soulprint {
namespace {

using Places = std::vector<std::size_t>;

TEST(WordIndex, FindsTheNearestFirst) {
  const WordIndex index(
      {"Likes tea", "Keeps two bees, and likes honey", "Has a dog", "Likes bees"});
  EXPECT_EQ(index.Nearest("likes BEES and honey", 5), (Places{1, 3, 0}));
  EXPECT_EQ(index.Nearest("likes BEES and honey", 1), (Places{1}));
  EXPECT_EQ(index.Nearest("rides", 5), Places{});
}

TEST(WordIndex, CountsEachWordOnceAndNoShortOnes) {
  const WordIndex index({"tea tea tea of it", "tea and milk"});
  EXPECT_EQ(index.Nearest("tea tea tea, and milk", 5), (Places{1, 0}));
  EXPECT_EQ(index.Nearest("of it", 5), Places{});
}

TEST(WordIndex, WordsEndWhereLettersDo) {
  const WordIndex index({"größer, älter", "groß"});
  EXPECT_EQ(index.Nearest("GRÖẞER größer", 5), (Places{0}));
  EXPECT_EQ(index.Nearest("gr", 5), Places{});
}

TEST(WordIndex, EachChineseCharacterIsAWord) {
  const WordIndex index({"喜欢音乐", "在北京工作"});
  EXPECT_EQ(index.Nearest("北京人", 5), (Places{1}));
  EXPECT_TRUE(index.HasLike("音乐"));
  EXPECT_FALSE(index.HasLike("电影"));
}

TEST(WordIndex, HalfOfTheWordsAreEnough) {
  const WordIndex index({"Lives near Lisbon", "Works nights"});
  EXPECT_TRUE(index.HasLike("Lives alone near Porto"));
  EXPECT_FALSE(index.HasLike("Lives alone with three cats"));
  EXPECT_FALSE(index.HasLike("lives nights with cats alone"));  // one in each
  EXPECT_FALSE(index.HasLike(""));
}

TEST(WordIndex, NoTexts) {
  const WordIndex index({});
  EXPECT_EQ(index.Nearest("tea", 5), Places{});
  EXPECT_FALSE(index.HasLike("tea"));
}

}  // namespace
}  // namespace soulprint
