// Reading chunks when a limit of cost does not allow all.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "fakes.hpp"
#include "pipeline/read_chunks.hpp"
#include "pipeline/wording_model.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

struct Read {
  FakeStore store;
  ScriptedModel model;
  ReadPlan plan{.question_characters = 0};  // each chunk is a question of its own
  ChunkCounts counts;

  Read() { model.in_flight = 1; }

  void Add(int count) {
    for (int i = 0; i < count; ++i) {
      store.Add(Talk("c" + std::to_string(i), i, {"chat " + std::to_string(i)}));
    }
  }

  // The texts of the facts, in order.
  std::string Facts() {
    WordingModel wording(model, store, "m");
    const ReadChunksResult result = ReadChunks(
        store.ConversationIds(), store, wording, [](const ChunkCounts&) {}, plan);
    counts = result.counts;
    std::string all;
    for (const Fact& fact : result.facts) all.append(fact.text).append("|");
    return all;
  }
};

// Answers the first `paid` questions; the limit allows no more.
std::function<Answer(const Question&)> Paying(int paid) {
  return [paid](const Question& question) mutable {
    if (paid-- <= 0) throw CostLimit("no more", "", "");
    return ScriptedModel::Sensible(question);
  };
}

TEST(ReadChunks, TheRichestAreAskedAboutFirst) {
  Read read;
  for (int i = 0; i < 5; ++i) read.store.Add(Talk("c" + std::to_string(i), i, {"chat"}));
  read.plan.richness = {3, 7, 1, 9, 3};
  read.Facts();
  std::string order;
  for (const Question& question : read.model.asked) order += question.conversation_ids.at(0) + " ";
  EXPECT_EQ(order, "c3 c1 c4 c0 c2 ");
}

TEST(ReadChunks, WhatALimitDoesNotAllowIsNeitherDoneNorFailed) {
  Read read;
  read.Add(9);
  read.plan.richness = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  read.model.answer = Paying(3);
  EXPECT_EQ(read.Facts(), "chat 6|chat 7|chat 8|");
  EXPECT_EQ(read.counts.done, 3);
  EXPECT_EQ(read.counts.failed, 0);
}

TEST(ReadChunks, WhatIsSmallerOrRememberedIsReadAfterALimit) {
  Read read;
  read.Add(9);
  read.model.answer = [](const Question& question) {
    if (question.conversation_ids.at(0) < "c4") throw CostLimit("no more", "", "");
    return ScriptedModel::Sensible(question);
  };
  EXPECT_EQ(read.Facts(), "chat 4|chat 5|chat 6|chat 7|chat 8|");
  EXPECT_EQ(read.counts.failed, 0);
}

TEST(ReadChunks, MoneyIsKeptForWhatFollows) {
  Read read;
  for (int i = 0; i < 50; ++i) {
    read.store.Add(Talk("c" + std::to_string(i), i, {"chat " + std::string(1000, 'x')}));
  }
  read.plan.sample_bytes = 70000;
  read.Facts();
  const auto kept = [](const Question& question) {
    std::size_t bytes = 0;
    for (const RequestSize& request : question.later) bytes += request.bytes;
    return bytes;
  };
  EXPECT_GT(kept(read.model.asked.front()), 70000U);
  EXPECT_GT(kept(read.model.asked.back()), kept(read.model.asked.front()) + 49 * 2 * 1000);
}

}  // namespace
}  // namespace soulprint
