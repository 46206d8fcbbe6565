// Which facts later ones overtake, and what is left.

#include "pipeline/changes.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "fakes.hpp"
#include "memory_facts.hpp"
#include "pipeline/wording_model.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

Fact Said(Category category, std::string text, int day) {
  Fact fact = Make(category, std::move(text), day);
  fact.verified = true;
  return fact;
}

struct Life {
  FakeStore store;
  ScriptedModel model;
  // Not in the order of days.
  std::vector<Fact> facts = {
      Said(Category::kPerson, "Lives in Berlin", 9), Said(Category::kPerson, "Lives in Lisbon", 1),
      Said(Category::kPerson, "Lives in Porto", 5), Said(Category::kBeliefs, "Repair", 3),
      Make(Category::kPerson, "Owns a yacht", 7)};

  void Find(std::size_t batch_tokens = 1000) {
    WordingModel wording(model, store, "m");
    FindChanges(&facts, batch_tokens, wording, store);
  }
};

TEST(FindChanges, OneQuestionAboutTheVerifiedFactsOfAllCategories) {
  Life life;
  life.model.script[Step::kChanges] = {Text(R"({"superseded":[{"id":0,"by":2},{"id":2,"by":3}]})")};
  life.Find();
  ASSERT_EQ(life.model.asked.size(), 1U);
  EXPECT_EQ(life.model.asked[0].material,
            R"({"facts":{"person":[{"id":0,"text":"Lives in Lisbon","said":"1970-01-02"},)"
            R"({"id":2,"text":"Lives in Porto","said":"1970-01-06"},)"
            R"({"id":3,"text":"Lives in Berlin","said":"1970-01-10"}],)"
            R"("beliefs":[{"id":1,"text":"Repair","said":"1970-01-04"}]}})");
  EXPECT_EQ(life.facts[1].superseded_by, 2U);
  EXPECT_EQ(life.facts[2].superseded_by, 0U);
  EXPECT_FALSE(life.facts[0].superseded_by);
  EXPECT_EQ(life.model.asked[0].temperature, 0);
  EXPECT_EQ(life.model.asked[0].max_tokens, 4096);
}

TEST(FindChanges, OneFactCannotHaveChanged) {
  Life life;
  life.facts.resize(1);
  life.Find();
  EXPECT_TRUE(life.model.asked.empty());
}

TEST(FindChanges, OnlyALaterFactOfTheListOvertakes) {
  Life life;
  life.model.script[Step::kChanges] = {
      Text(R"({"superseded":[{"id":3,"by":0},{"id":1,"by":1},{"id":0,"by":4},{"id":-1,"by":1},7,)"
           R"({"id":"x","by":1},{"by":1},{"id":"2","by":3}]})")};
  life.Find();
  for (const std::size_t other : {0, 1, 3, 4}) EXPECT_FALSE(life.facts[other].superseded_by);
  EXPECT_EQ(life.facts[2].superseded_by, 0U);
}

TEST(FindChanges, AnAnswerThatCannotBeUsedChangesNothing) {
  for (const Answer& answer :
       {Text("no"), Text("{}"), Text(R"({"superseded":3})"), Refusal(), Failure(), CutOff()}) {
    Life life;
    life.model.answer = [&](const Question&) { return answer; };
    life.Find();
    for (const Fact& fact : life.facts) EXPECT_FALSE(fact.superseded_by);
    if (answer.outcome != Outcome::kAnswered) continue;
    EXPECT_EQ(life.model.asked.size(), 2U) << answer.text;
    EXPECT_EQ(life.store.rejected.size(), 2U) << answer.text;
  }
  Life nudged;
  nudged.model.script[Step::kChanges] = {Text("no"), Text(R"({"superseded":[{"id":0,"by":2}]})")};
  nudged.Find();
  EXPECT_TRUE(nudged.facts[1].superseded_by);
}

TEST(FindChanges, AQuestionThatIsTooLongIsAskedInHalves) {
  Life life;
  life.model.script[Step::kChanges] = {TooLong(), Text(R"({"superseded":[]})"),
                                       Text(R"({"superseded":[{"id":0,"by":1}]})")};
  life.Find();
  EXPECT_EQ(life.model.asked.size(), 3U);
  EXPECT_EQ(life.facts[2].superseded_by, 0U);  // Porto, Berlin
  Life never;
  never.model.answer = [](const Question&) { return TooLong(); };
  never.Find();
  for (const Fact& fact : never.facts) EXPECT_FALSE(fact.superseded_by);
}

TEST(FindChanges, NoAnswerEndsTheAttempt) {
  Life life;
  life.model.answer = [](const Question&) { return NoAnswer(); };
  EXPECT_THROW(life.Find(), Error);
}

TEST(FindChanges, ALongListIsReadInBatches) {
  Life life;
  life.facts.clear();
  for (int i = 0; i < 100; ++i) {
    life.facts.push_back(Said(Category::kPreferences, "Likes " + std::to_string(i), 99 - i));
  }
  life.Find(200);
  EXPECT_GT(life.model.asked.size(), 5U);
  EXPECT_LT(life.model.asked.size(), 12U);
  const json first = json::parse(life.model.asked[0].material)["facts"]["preferences"];
  const json second = json::parse(life.model.asked[1].material)["facts"]["preferences"];
  EXPECT_EQ(first[0]["said"], "1970-01-01");
  EXPECT_EQ(second[0]["id"], 0);
  EXPECT_LT(first.back()["said"], second[0]["said"]);
  // A category that does not fit beside another begins a batch.
  Life two;
  two.facts.clear();
  for (int i = 0; i < 30; ++i) {
    const Category category = i % 2 == 0 ? Category::kPreferences : Category::kBeliefs;
    two.facts.push_back(Said(category, "Number " + std::to_string(i), i));
  }
  two.Find(250);
  ASSERT_EQ(two.model.asked.size(), 2U);
  for (const Question& question : two.model.asked) {
    EXPECT_EQ(json::parse(question.material)["facts"].size(), 1U);
  }
}

TEST(FactsThatHold, KnowWhatTheyOvertook) {
  Life life;
  life.facts[1].superseded_by = 2;
  life.facts[2].superseded_by = 0;
  const std::vector<Fact> hold = FactsThatHold(life.facts);
  ASSERT_EQ(hold.size(), 2U);  // the yacht is not verified
  EXPECT_EQ(hold[0].text, "Lives in Berlin");
  ASSERT_EQ(hold[0].before.size(), 2U);
  EXPECT_EQ(hold[0].before[0].text, "Lives in Porto");
  EXPECT_EQ(hold[0].before[1].said, Time(Day(1)));
  EXPECT_EQ(hold[1].text, "Repair");
  EXPECT_TRUE(hold[1].before.empty());
}

TEST(FactsThatHold, AnUnverifiedFactHoldsNothing) {
  Life life;
  life.facts[1].superseded_by = 4;
  for (const Fact& fact : FactsThatHold(life.facts)) {
    EXPECT_NE(fact.text, "Lives in Lisbon");
    EXPECT_TRUE(fact.before.empty());
  }
}

TEST(FactsThatHold, LongChainsTakeMilliseconds) {
  std::vector<Fact> facts;
  for (int i = 0; i < 50000; ++i) {
    facts.push_back(Said(Category::kPerson, "Is " + std::to_string(i), i));
    if (i > 0) facts[facts.size() - 2].superseded_by = facts.size() - 1;
  }
  const std::clock_t start = std::clock();  // processor time: a busy machine does not count
  const std::vector<Fact> hold = FactsThatHold(facts);
  EXPECT_LT(1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 500);
  ASSERT_EQ(hold.size(), 1U);
  ASSERT_EQ(hold[0].before.size(), 5U);
  EXPECT_EQ(hold[0].before[0].text, "Is 49998");
}

// A chain of these facts, each overtaken by the next, and one that holds alone.
std::vector<Fact> Chain() {
  std::vector<Fact> facts;
  for (const char* text : {"Lives in Lisbon", "Lives in Porto", "Lives in Berlin", "Likes tea"}) {
    facts.push_back(Said(Category::kPerson, text, static_cast<int>(facts.size())));
  }
  facts[0].superseded_by = 1;
  facts[1].superseded_by = 2;
  return facts;
}

std::string Texts(const std::vector<Fact>& facts) {
  std::string texts;
  for (const Fact& fact : facts) {
    texts.append(texts.empty() ? "" : ", ").append(fact.text);
    if (fact.superseded_by) texts.append(" -> ").append(facts.at(*fact.superseded_by).text);
  }
  return texts;
}

TEST(ForgetFacts, WhatAForgottenFactHasOvertakenDoesNotHoldAgain) {
  std::vector<Fact> facts = Chain();
  ForgetFacts(&facts, {false, false, true, false});
  EXPECT_EQ(Texts(facts), "Likes tea");
}

TEST(ForgetFacts, WhatALaterFactOvertakesStays) {
  std::vector<Fact> facts = Chain();
  ForgetFacts(&facts, {false, true, false, false});
  EXPECT_EQ(Texts(facts), "Lives in Lisbon -> Lives in Berlin, Lives in Berlin, Likes tea");
  facts = Chain();
  ForgetFacts(&facts, {true, false, false, false});
  EXPECT_EQ(Texts(facts), "Lives in Porto -> Lives in Berlin, Lives in Berlin, Likes tea");
}

TEST(ForgetFacts, NothingForgottenChangesNothing) {
  std::vector<Fact> facts = Chain();
  const std::string before = Texts(facts);
  ForgetFacts(&facts, {false, false, false, false});
  EXPECT_EQ(Texts(facts), before);
}

Fact Stated(Category category, std::string text, int day) {
  Fact fact = Said(category, std::move(text), day);
  fact.quote = fact.text;
  fact.importance = 3;
  fact.sources.back().notes = kOwnStatement;
  return fact;
}

TEST(AddOwnFacts, AreTheNewestFacts) {
  std::vector<Fact> facts = {Said(Category::kPerson, "Lives in Lisbon", 1)};
  AddOwnFacts(&facts, {Stated(Category::kPerson, "Lives in Porto", 2),
                       Stated(Category::kBeliefs, "Lives in Lisbon", 3)});
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(facts[0].text, "Lives in Lisbon");
  EXPECT_EQ(facts[1].text, "Lives in Porto");
  EXPECT_EQ(facts[2].category, Category::kBeliefs);
  EXPECT_EQ(FormatDate(LastSaid(facts[1])), "1970-01-03");
}

TEST(AddOwnFacts, AnEqualFactHoldsAgainInTheNewWording) {
  std::vector<Fact> facts = {Said(Category::kPerson, "lives in lisbon", 1),
                             Said(Category::kPerson, "Lives in Porto", 2),
                             Make(Category::kPerson, "Owns a yacht", 3)};
  facts[0].quote = "I live in Lisbon";
  facts[0].superseded_by = 1;
  AddOwnFacts(&facts, {Stated(Category::kPerson, "Lives in Lisbon", 8),
                       Stated(Category::kPerson, "Owns a yacht", 9)});
  ASSERT_EQ(facts.size(), 3U);
  EXPECT_EQ(facts[0].text, "Lives in Lisbon");
  EXPECT_EQ(facts[0].quote, "I live in Lisbon");
  EXPECT_EQ(facts[0].importance, 3);
  EXPECT_EQ(facts[0].sources.size(), 2U);
  EXPECT_FALSE(facts[0].superseded_by);
  EXPECT_EQ(FormatDate(LastSaid(facts[0])), "1970-01-09");
  EXPECT_TRUE(facts[2].verified);
  EXPECT_EQ(facts[2].quote, "Owns a yacht");
}

}  // namespace
}  // namespace soulprint
