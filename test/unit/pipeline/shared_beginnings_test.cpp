// How much of a conversation another one began with.

#include "pipeline/shared_beginnings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace soulprint {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;

int Count(SharedBeginnings* all, const Texts& messages) {
  Conversation conversation;
  for (const auto& [id, text] : messages) conversation.messages.push_back({id, {}, text, {}});
  return all->Count(conversation);
}

TEST(SharedBeginnings, AreTheSameIdsAndTexts) {
  SharedBeginnings all;
  const Texts first = {{"1", "a"}, {"2", "b"}, {"3", "c"}};
  EXPECT_EQ(Count(&all, first), 0);
  EXPECT_EQ(Count(&all, {{"1", "a"}, {"2", "b"}, {"4", "d"}}), 2);
  EXPECT_EQ(Count(&all, {{"1", "a"}, {"2", "b"}, {"4", "d"}, {"5", "e"}}), 3);
  EXPECT_EQ(Count(&all, first), 3);
  EXPECT_EQ(Count(&all, {{"1", "a"}, {"2", "x"}, {"3", "c"}}), 0);
  EXPECT_EQ(Count(&all, {{"2", "b"}, {"3", "c"}}), 0) << "not the beginning";
  EXPECT_EQ(Count(&all, {}), 0);
}

TEST(SharedBeginnings, OneMessageOrNoIdsTellNothing) {
  SharedBeginnings all;
  EXPECT_EQ(Count(&all, {{"1", "hi"}, {"2", "hello"}}), 0);
  EXPECT_EQ(Count(&all, {{"1", "hi"}, {"2", "good day"}}), 0) << "ids count from 1 in each chat";
  EXPECT_EQ(Count(&all, {{"", "hi"}, {"", "hello"}}), 0);
  EXPECT_EQ(Count(&all, {{"", "hi"}, {"", "hello"}}), 0);
}

}  // namespace
}  // namespace soulprint
