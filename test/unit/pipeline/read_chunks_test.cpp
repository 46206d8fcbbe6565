// Chunks in flight: order, nudges, more room, halves, failures.

#include "pipeline/read_chunks.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "fakes.hpp"
#include "memory_facts.hpp"
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
  ReadPlan plan{.question_characters = 0};  // each chunk is a question of its own

  // The texts of the facts, in order.
  std::string Facts() {
    WordingModel wording(model, store, "m");
    result = ReadChunks(
        store.ConversationIds(), store, wording,
        [&](const ChunkCounts& so_far) { counts = so_far; }, plan);
    EXPECT_EQ(result.counts.done, counts.done);
    EXPECT_EQ(result.counts.failed, counts.failed);
    std::string all;
    for (const Fact& fact : result.facts) all.append(fact.text).append("|");
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

TEST(ReadChunks, AChatThatLastsHasItsFactsOnTheDaysOfItsMessages) {
  Read read;
  Conversation talk = Talk("long", 1, {"first", "third"});
  talk.messages[2].at = Day(9);
  read.store.Add(talk);
  read.store.Add(Talk("short", 5, {"second"}));
  EXPECT_EQ(read.Facts(), "first|second|third|");
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
      ReadChunks({"gone", "a", "gone too"}, read.store, read.model, [](const ChunkCounts&) {}, {0});
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
  EXPECT_NE(read.result.counts.last_failure.find("JSON"), std::string::npos);
}

TEST(ReadChunks, AModelThatIsNeverReadableCostsTwoTriesAChunk) {
  Read read;
  std::size_t waiting = 0;  // questions whose rejection waits
  read.model.answer = [&](const Question&) {
    waiting = std::max(waiting, read.model.asked.size() - read.store.rejected.size());
    return Text("not json");
  };
  for (int i = 0; i < 200; ++i) read.store.Add(Talk("c" + std::to_string(100 + i), i, {"x"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_LT(waiting, 120U);
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
  EXPECT_EQ(read.result.counts.last_failure, "HTTP 400: bad");
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
  EXPECT_EQ(never.result.counts.last_failure, "it does not fit the model");
}

TEST(ReadChunks, CutOffAgainAndAgainFailsTheChunk) {
  Read read;
  read.model.answer = [](const Question&) { return CutOff(); };
  read.store.Add(Talk("a", 1, {"one"}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_EQ(read.counts.failed, 1);
  EXPECT_EQ(read.result.counts.last_failure, "its answer was cut off");
}

TEST(ReadChunks, AChunkInWhichTheUserSaysNothingIsDoneWithoutAQuestion) {
  Read read;
  read.store.Add(Talk("a", 1, {""}));
  EXPECT_EQ(read.Facts(), "");
  EXPECT_TRUE(read.model.asked.empty());
  EXPECT_EQ(read.counts.done, 1);
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

TEST(ReadChunks, AHalfEndsBetweenWordsIfOneIsNear) {
  for (const auto& [text, halves] :
       {std::pair("these are several words of mine", "these are|several words of mine|"),
        std::pair("a wordthathasnoendandnospace", "a wordthathasn|oendandnospace|")}) {
    Read read;
    read.model.script[Step::kFacts] = {TooLong()};
    Conversation talk = Talk("a", 1, {text});
    talk.messages.pop_back();
    read.store.Add(talk);
    EXPECT_EQ(read.Facts(), halves);
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
  EXPECT_EQ(read.counts.dropped.malformed, 3);
}

// Many short chats, some of them longer than others.
void AddShortTalks(int count, FakeStore* store) {
  for (int i = 0; i < count; ++i) {
    store->Add(
        Talk("c" + std::to_string(1000 + i), i,
             {"chat " + std::to_string(i) + std::string(50 + 7919 * i % 1500, ' ') + "end"}));
  }
}

std::set<std::string> Materials(const ScriptedModel& model) {
  std::set<std::string> materials;
  for (const Question& question : model.asked) materials.insert(question.material);
  return materials;
}

TEST(ReadChunks, ShortChunksShareAQuestion) {
  Read read;
  read.plan.question_characters = ReadPlan().question_characters;
  AddShortTalks(200, &read.store);
  read.Facts();
  EXPECT_EQ(read.counts.done, 200);
  EXPECT_EQ(read.counts.facts, 200);
  EXPECT_LT(read.model.asked.size(), 50U);
  for (const Question& question : read.model.asked) {
    EXPECT_LT(CountCharacters(question.material), ReadPlan().question_characters + 5000);
  }
  for (const Fact& fact : read.result.facts) EXPECT_TRUE(fact.verified);
}

TEST(ReadChunks, ANewConversationChangesAboutOneQuestion) {
  Read before;
  before.plan.question_characters = ReadPlan().question_characters;
  AddShortTalks(200, &before.store);
  before.Facts();
  const std::set<std::string> old = Materials(before.model);
  std::size_t changed = 0;
  for (int day = 0; day < 200; day += 5) {
    Read after;
    after.plan.question_characters = ReadPlan().question_characters;
    AddShortTalks(200, &after.store);
    after.store.Add(Talk("new", day, {"Something new on day " + std::to_string(day)}));
    after.Facts();
    std::size_t news = 0;
    for (const std::string& material : Materials(after.model)) news += 1 - old.count(material);
    EXPECT_LE(news, 3U) << day;
    changed += news;
  }
  EXPECT_LE(changed, 60U);
}

TEST(ReadChunks, SoItIsAmongEqualConversations) {
  std::set<std::string> old;
  for (const bool is_new : {false, true}) {
    Read read;
    read.plan.question_characters = ReadPlan().question_characters;
    for (int i = 0; i < 200; ++i) {
      Conversation talk = Talk("c" + std::to_string(1000 + i), i, {std::string(300, 'x')});
      talk.title = "Talk";
      read.store.Add(talk);
    }
    if (is_new) read.store.Add(Talk("new", 0, {std::string(400, 'n')}));
    read.Facts();
    std::size_t news = 0;
    for (const std::string& material : Materials(read.model)) news += 1 - old.count(material);
    EXPECT_LE(news, is_new ? 5U : 200U);
    old = Materials(read.model);
  }
}

TEST(ReadChunks, ARefusalCostsOnlyItsChunk) {
  Read read;
  read.plan.question_characters = ReadPlan().question_characters;
  AddShortTalks(20, &read.store);
  read.model.answer = [](const Question& question) {
    return question.material.find("chat 7 ") != std::string::npos
               ? Refusal()
               : ScriptedModel::Sensible(question);
  };
  read.Facts();
  EXPECT_EQ(read.counts.done, 20);
  EXPECT_EQ(read.counts.facts, 19);
}

TEST(ReadChunks, WithoutAnAnswerAllChunksOfTheQuestionHaveFailed) {
  Read read;
  read.plan.question_characters = ReadPlan().question_characters;
  AddShortTalks(20, &read.store);
  read.model.answer = [](const Question&) { return NoAnswer(); };
  read.Facts();
  EXPECT_EQ(read.counts.failed, 20);
  EXPECT_LT(read.model.asked.size(), 20U);
}

TEST(ReadChunks, AnAnswerThatCannotBeReadCostsOnlyItsChunk) {
  Read read;
  read.plan.question_characters = ReadPlan().question_characters;
  AddShortTalks(20, &read.store);
  read.model.answer = [](const Question& question) {
    return question.material.find("chat 7 ") != std::string::npos
               ? Text("no")
               : ScriptedModel::Sensible(question);
  };
  read.Facts();
  EXPECT_EQ(read.counts.done, 19);
  EXPECT_EQ(read.counts.failed, 1);
  EXPECT_EQ(read.counts.facts, 19);
}

}  // namespace
}  // namespace soulprint
