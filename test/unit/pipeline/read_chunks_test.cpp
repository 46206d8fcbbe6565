// Chunks in flight: order, nudges, more room, halves, failures.

#include "pipeline/read_chunks.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes.hpp"
#include "pipeline/wording_model.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

struct Read {
  FakeStore store;
  ScriptedModel model;
  ChunkCounts counts;  // as reported last
  ReadChunksResult result;

  // The texts of the facts, in order.
  std::string Facts() {
    WordingModel wording(model, store, "m");
    result = ReadChunks(store.ConversationIds(), store, wording,
                        [&](const ChunkCounts& so_far) { counts = so_far; });
    EXPECT_EQ(result.counts.done, counts.done);
    EXPECT_EQ(result.counts.failed, counts.failed);
    std::string all;
    for (const Fact& fact : result.facts) all += fact.text + "|";
    return all;
  }
};

TEST(ReadChunks, FactsComeOldestFirstWhateverOrderTheAnswersCameIn) {
  for (std::size_t in_flight : {1, 3, 50}) {
    Read read;
    read.model.in_flight = in_flight;
    read.store.Add(Talk("b", 2, {"second"}));
    read.store.Add(Talk("c", 3, {"third", "fourth"}));
    read.store.Add(Talk("z", 1, {"first"}));
    EXPECT_EQ(read.Facts(), "first|second|third|fourth|");
    EXPECT_EQ(read.counts.done, 3);
    EXPECT_EQ(read.counts.failed, 0);
    EXPECT_EQ(read.counts.facts, 4);
    EXPECT_EQ(read.model.asked[0].model, "m");
  }
}

TEST(ReadChunks, AFactKnowsWhereItWasSaid) {
  Read read;
  read.store.Add(Talk("z", 1, {"hello to you all"}));
  read.Facts();
  const Fact& fact = read.result.facts.at(0);
  EXPECT_TRUE(fact.verified);
  ASSERT_EQ(fact.sources.size(), 1U);
  EXPECT_EQ(fact.sources[0].conversation_id, "z");
  EXPECT_EQ(fact.sources[0].chunk_index, 0);
  EXPECT_EQ(fact.sources[0].at, Time(std::int64_t{86400000000}));
}

TEST(ReadChunks, NothingToReadAsksNothing) {
  Read read;
  EXPECT_EQ(read.Facts(), "");
  read.store.Add(Talk("empty", 1, {}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_TRUE(read.model.asked.empty());
}

TEST(ReadChunks, ADeletedConversationIsPassedOver) {
  Read read;
  read.store.Add(Talk("a", 1, {"one"}));
  read.result =
      ReadChunks({"gone", "a", "gone too"}, read.store, read.model, [](const ChunkCounts&) {});
  EXPECT_EQ(read.result.facts.size(), 1U);
}

TEST(ReadChunks, OneConversationIsReadAtATime) {
  Read read;
  for (int i = 0; i < 50; ++i) read.store.Add(Talk("c" + std::to_string(100 + i), i, {"x"}));
  int most = 0;
  read.model.in_flight = 3;
  read.model.answer = [&](const Question& question) {
    most = std::max(most, read.store.conversation_reads - read.counts.done);
    return ScriptedModel::Sensible(question);
  };
  read.Facts();
  EXPECT_LE(most, 3);
}

TEST(ReadChunks, BadJsonIsNudgedOnce) {
  Read read;
  read.model.script[Step::kFacts] = {Text("not json")};
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "one|");
  ASSERT_EQ(read.model.asked.size(), 2U);
  EXPECT_EQ(read.model.asked[1].try_number, 1);
  EXPECT_EQ(read.model.asked[1].nudge->answer, "not json");
  EXPECT_NE(read.model.asked[1].nudge->correction.find("must be valid JSON"), std::string::npos);
  EXPECT_EQ(QuestionIdentity(read.model.asked[0]), QuestionIdentity(read.model.asked[1]));
  EXPECT_TRUE(read.store.rejected.empty());
}

TEST(ReadChunks, BadJsonTwiceFailsTheChunkAndRejectsBothTries) {
  Read read;
  read.model.in_flight = 1;
  read.model.script[Step::kFacts] = {Text("not json"), Text("[1]")};
  read.store.Add(Talk("a", 1, {"one"}));
  read.store.Add(Talk("b", 2, {"two"}));
  EXPECT_EQ(read.Facts(), "two|");
  EXPECT_EQ(read.counts.failed, 1);
  EXPECT_EQ(read.counts.done, 1);
  EXPECT_EQ(read.store.rejected.size(), 2U);
  EXPECT_NE(read.result.last_failure.find("JSON"), std::string::npos);
}

TEST(ReadChunks, AModelThatIsNeverReadableCostsTwoTriesAChunk) {
  Read read;
  read.model.answer = [](const Question&) { return Text("not json"); };
  for (int i = 0; i < 200; ++i) read.store.Add(Talk("c" + std::to_string(100 + i), i, {"x"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.counts.failed, 200);
  EXPECT_EQ(read.model.asked.size(), 400U);
  EXPECT_EQ(read.store.rejected.size(), 400U);
}

TEST(ReadChunks, ARefusedChunkIsDoneWithoutFacts) {
  Read read;
  read.model.script[Step::kFacts] = {Refusal()};
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.counts.done, 1);
  EXPECT_EQ(read.model.asked.size(), 1U);
  EXPECT_TRUE(read.store.rejected.empty());
}

TEST(ReadChunks, AFailureFailsTheChunkWithItsReason) {
  Read read;
  read.model.script[Step::kFacts] = {Failure("HTTP 400: bad")};
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.counts.failed, 1);
  EXPECT_EQ(read.result.last_failure, "HTTP 400: bad");
}

TEST(ReadChunks, WhatWasCutOffGetsMoreRoomOnce) {
  Read read;
  read.model.script[Step::kFacts] = {CutOff(R"({"preferences":["never parsed as if whole"]})")};
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "one|");
  ASSERT_EQ(read.model.asked.size(), 2U);
  EXPECT_EQ(read.model.asked[1].max_tokens, 4096);
  EXPECT_EQ(read.model.asked[1].try_number, 0);
  EXPECT_FALSE(read.model.asked[1].nudge);
}

TEST(ReadChunks, CutOffTwiceIsReadInTwoHalves) {
  Read read;
  read.model.script[Step::kFacts] = {CutOff(), CutOff()};
  read.store.Add(Talk("a", 1, {"the first half", "the other half"}));
  EXPECT_EQ(read.Facts(), "the first half|the other half|");
  EXPECT_EQ(read.model.asked.size(), 4U);
  EXPECT_EQ(read.counts.done, 1);
  EXPECT_EQ(read.model.asked[2].max_tokens, 2048);
}

TEST(ReadChunks, TooLongIsReadInTwoHalvesOnce) {
  Read read;
  read.model.script[Step::kFacts] = {TooLong()};
  read.store.Add(Talk("a", 1, {"the first half", "the other half"}));
  EXPECT_EQ(read.Facts(), "the first half|the other half|");

  Read never;
  never.model.answer = [](const Question&) { return TooLong(); };
  never.store.Add(Talk("a", 1, {"the first half", "the other half"}));
  EXPECT_EQ(never.Facts(), "");
  EXPECT_EQ(never.model.asked.size(), 2U);
  EXPECT_EQ(never.counts.failed, 1);
}

TEST(ReadChunks, AChunkInWhichNobodySaysAnythingIsNeverHalved) {
  Read read;
  read.model.answer = [](const Question&) { return TooLong(); };
  Conversation blank = Talk("a", 1, {""});
  blank.messages.pop_back();
  read.store.Add(blank);
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.model.asked.size(), 1U);
  EXPECT_EQ(read.counts.failed, 1);
}

TEST(ReadChunks, AHalfNeverSplitsACharacterAndKeepsEveryWord) {
  for (const std::string text :
       {"ééééééé", "日本語日本語日", "\U0001F600\U0001F600\U0001F600", "x"}) {
    Read read;
    read.model.script[Step::kFacts] = {TooLong()};
    Conversation one = Talk("a", 1, {text});
    one.messages.pop_back();
    read.store.Add(one);
    std::string joined;
    for (const Fact& fact : (read.Facts(), read.result.facts)) joined += fact.text;
    EXPECT_EQ(joined, text);
    EXPECT_EQ(CleanUtf8(joined), joined);
  }
}

TEST(ReadChunks, AFailedHalfFailsTheChunkOnce) {
  Read read;
  read.model.script[Step::kFacts] = {TooLong(), Failure()};
  read.store.Add(Talk("a", 1, {"the first half", "the other half"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.counts.failed, 1);
  EXPECT_EQ(read.counts.done, 0);
}

TEST(ReadChunks, DroppedItemsAreCountedAndCostNoChunk) {
  Read read;
  read.model.script[Step::kFacts] = {
      Text(R"({"preferences":[null,"tea",{}],"dates":7.5,"projects":[[]]})")};
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "tea|7.5|");
  EXPECT_EQ(read.counts.items_dropped, 3);
}

}  // namespace
}  // namespace soulprint
