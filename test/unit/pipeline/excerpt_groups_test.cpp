// Which excerpts share a question, in which order.

#include "pipeline/excerpt_groups.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "fakes.hpp"
#include "pipeline/chunk_to_facts.hpp"

namespace soulprint {
namespace {

struct Grouped {
  FakeStore store;
  ReadPlan plan;
  std::vector<std::string> groups;  // the contents, as one text each
  int without_words = 0;

  void Run() {
    const std::vector<std::string> ids = store.ConversationIds();
    ExcerptGroups all(ids, store, plan, [&] { ++without_words; });
    for (auto group = all.Next(); !group.empty(); group = all.Next()) {
      std::string& text = groups.emplace_back();
      for (const Excerpt& excerpt : group) {
        text.append(excerpt.conversation_id).append(excerpt.chunk.content);
      }
    }
  }
};

void AddTalks(int count, FakeStore* store) {
  for (int i = 0; i < count; ++i) {
    store->Add(Talk("c" + std::to_string(1000 + i), i,
                    {"chat " + std::to_string(i) + std::string(50 + 7919 * i % 1500, 'x')}));
  }
  store->Add(Talk("long", 100, {std::string(30000, 'x') + " I am a nurse"}));
  store->Add(Talk("of others", 101, {""}));
}

TEST(ExcerptGroups, InWhateverOrderTheyAreTheSame) {
  Grouped in_order;
  Grouped ranked;
  for (Grouped* grouped : {&in_order, &ranked}) AddTalks(200, &grouped->store);
  for (int i = 0; i < 202; ++i) ranked.plan.richness.push_back(31 * i % 17);
  in_order.Run();
  ranked.Run();
  EXPECT_EQ(std::set(ranked.groups.begin(), ranked.groups.end()),
            std::set(in_order.groups.begin(), in_order.groups.end()));
  EXPECT_EQ(ranked.groups.size(), in_order.groups.size());
  EXPECT_NE(ranked.groups, in_order.groups);
  EXPECT_EQ(in_order.without_words, 1);
  EXPECT_EQ(ranked.without_words, 1);
}

TEST(ExcerptGroups, TheNewestConversationMayBeTheRichest) {
  Grouped ranked;
  AddTalks(3, &ranked.store);
  ranked.plan = {.question_characters = 0, .richness = {1, 2, 3, 4, 5}};
  ranked.Run();
  std::string order;
  for (const std::string& group : ranked.groups) order += group.substr(0, 5) + " ";
  EXPECT_EQ(order.substr(0, 4), "long");
  EXPECT_EQ(order.substr(order.size() - 18), "c1002 c1001 c1000 ");
}

// What questions would send of the conversations, in any order.
std::multiset<std::string> SentOf(const ReadPlan& plan) {
  FakeStore store;
  Conversation parent = Talk("parent", 1, {"I grow garlic", "And leeks"});
  for (Message& message : parent.messages) message.id = "id of " + message.text;
  Conversation branch = parent;
  branch.id = "branch";
  branch.created_at = *parent.created_at + 1;
  for (const char* text : {"What about chives?", "They grow, too"}) {
    branch.messages.push_back(parent.messages[branch.messages.size() % 2]);
    branch.messages.back().id = branch.messages.back().text = text;
  }
  store.Add(branch);
  store.Add(parent);
  const std::vector<std::string> ids = store.ConversationIds();
  ExcerptGroups groups(ids, store, plan, [] {});
  std::multiset<std::string> sent;
  for (auto group = groups.Next(); !group.empty(); group = groups.Next()) {
    for (const Excerpt& excerpt : group) {
      for (const std::string& text : SentTexts(excerpt)) sent.insert(text);
    }
  }
  return sent;
}

TEST(ExcerptGroups, WhatABranchHasCopiedIsReadOnce) {
  const std::multiset<std::string> once = {"I grow garlic", "And leeks",          "Noted.",
                                           "Noted.",        "What about chives?", "They grow, too"};
  EXPECT_EQ(SentOf({}), once);
  EXPECT_EQ(SentOf({.richness = {1, 2}}), once);
  EXPECT_EQ(SentOf({.richness = {2, 1}}), once);
}

TEST(ExcerptGroups, ConversationsThatAreDeletedMeanwhileArePassedOver) {
  FakeStore store;
  AddTalks(3, &store);
  const std::vector<std::string> ids = store.ConversationIds();
  const ReadPlan plan = {.question_characters = 0, .richness = {1, 2, 3, 0, 0}};
  ExcerptGroups groups(ids, store, plan, [] {});
  store.conversations.erase("c1001");
  EXPECT_EQ(groups.Next().at(0).conversation_id, "c1002");
  EXPECT_EQ(groups.Next().at(0).conversation_id, "c1000");
}

}  // namespace
}  // namespace soulprint
