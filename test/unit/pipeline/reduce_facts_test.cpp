// Too many facts become fewer, and none is lost silently.

#include "pipeline/reduce_facts.hpp"
#include "pipeline/facts_document.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../facts_json.hpp"
#include "fakes.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/wording_model.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

// Facts of about 25 tokens each in the question.
std::vector<Fact> Many(int count, Category category = Category::kPreferences) {
  std::vector<Fact> facts;
  for (int i = 0; i < count; ++i) {
    Fact fact;
    fact.category = category;
    fact.text = "Fact number " + std::to_string(1000 + i) + " " + std::string(40, 'x');
    fact.sources = {{"c" + std::to_string(i), 0, -1, i * std::int64_t{86400000000}}};
    facts.push_back(std::move(fact));
  }
  return facts;
}

// Every two facts become one that names both.
Answer Halved(const Question& question) {
  json reduced = json::object();
  const json facts = json::parse(question.material)["facts"];
  for (const auto& [name, items] : facts.items()) {
    reduced[name] = json::array();
    for (std::size_t i = 0; i < items.size(); i += 2) {
      json from = json::array({items[i]["id"]});
      if (i + 1 < items.size()) from.push_back(items[i + 1]["id"]);
      reduced[name].push_back(
          {{"text", "M" + items[i]["text"].get<std::string>().substr(0, 30)}, {"from", from}});
    }
  }
  return Text(reduced.dump());
}

struct Reduce {
  FakeStore store;
  ScriptedModel model;
  MemoryLimits limits{.max_fact_tokens = 0, .batch_tokens = 1000, .max_tokens = 5000};
  int left_out = 0;

  std::vector<Fact> Run(std::vector<Fact> facts, std::size_t max_tokens) {
    WordingModel wording(model, store, "m");
    limits.max_fact_tokens = max_tokens;
    ReducedFacts reduced = ReduceFacts(std::move(facts), limits, wording, store);
    left_out = reduced.left_out;
    return std::move(reduced.facts);
  }
};

TEST(ReduceFacts, WhatFitsIsNotTouched) {
  Reduce reduce;
  const std::vector<Fact> facts = Many(100);
  EXPECT_EQ(FactsToJson(reduce.Run(facts, FactsTokens(facts))), FactsToJson(facts));
  EXPECT_TRUE(reduce.model.asked.empty());
}

TEST(ReduceFacts, TheSizeIsThatOfTheDocument) {
  for (int count : {0, 1, 500}) {
    const std::vector<Fact> facts = Many(count);
    EXPECT_NEAR(static_cast<double>(FactsTokens(facts)),
                static_cast<double>(EstimateTokens(FactsDocument(facts))), 25);
    EXPECT_GE(FactsTokens(facts), EstimateTokens(FactsDocument(facts)));
  }
}

TEST(ReduceFacts, EachCategoryIsAskedInBatchesSeveralAtATime) {
  Reduce reduce;
  reduce.limits.batch_tokens = 1300;
  reduce.model.answer = Halved;
  std::vector<Fact> facts = Many(200);
  const std::vector<Fact> beliefs = Many(10, Category::kBeliefs);
  facts.insert(facts.begin(), beliefs.begin(), beliefs.end());
  const std::size_t limit = FactsTokens(facts) * 2 / 3;
  const std::vector<Fact> reduced = reduce.Run(facts, limit);
  EXPECT_LE(FactsTokens(reduced), limit);
  EXPECT_EQ(reduced.size(), 105U);
  EXPECT_EQ(reduce.left_out, 0);
  EXPECT_GT(reduce.model.most_in_flight, 1U);
  for (const Question& question : reduce.model.asked) {
    EXPECT_EQ(question.step, Step::kReduce);
    EXPECT_EQ(question.max_tokens, 16384);
    EXPECT_EQ(question.temperature, 0.3);
    EXPECT_EQ(question.model, "m");
    EXPECT_EQ(json::parse(question.material)["facts"].size(), 1U);
    EXPECT_LE(EstimateTokens(question.material), 1500U);
  }
}

TEST(ReduceFacts, EachItemSaysHowOftenAndWhenItWasSaid) {
  std::vector<Fact> facts = Many(30);
  constexpr std::int64_t kDay = 86400000000;
  facts[0].sources = {{"a", 0, -1, 40 * kDay}, {"b", 0, -1, std::nullopt}, {"c", 0, -1, 9 * kDay}};
  facts[0].importance = 3;
  facts[1].sources = {{"a", 0, -1, std::nullopt}};
  Reduce reduce;
  reduce.model.answer = [](const Question&) { return Failure(); };
  reduce.Run(facts, FactsTokens(facts) - 1);
  const json items = json::parse(reduce.model.asked.at(0).material)["facts"]["preferences"];
  EXPECT_EQ(items.at(0), json({{"id", 0},
                               {"text", facts[0].text},
                               {"importance", 3},
                               {"times", 3},
                               {"first", "1970-01-10"},
                               {"last", "1970-02-10"}}));
  EXPECT_EQ(items.at(1), json({{"id", 1}, {"text", facts[1].text}, {"times", 1}}));
  EXPECT_EQ(items.at(2)["first"], "1970-01-03");
}

TEST(ReduceFacts, AReducedFactIsAsImportantAsTheMostImportantOfThem) {
  std::vector<Fact> facts = Many(30);
  facts[0].importance = 1;
  facts[1].importance = 1;
  facts[3].importance = 3;
  Reduce reduce;
  reduce.model.answer = Halved;
  const std::vector<Fact> reduced = reduce.Run(facts, FactsTokens(facts) - 1);
  EXPECT_EQ(reduced.at(0).importance, 1);
  EXPECT_EQ(reduced.at(1).importance, 3);
  EXPECT_EQ(reduced.at(2).importance, 2);
}

TEST(ReduceFacts, TheLeastImportantGoFirst) {
  std::vector<Fact> facts = Many(100);
  facts[0].importance = 3;
  facts[99].importance = 1;
  Reduce reduce;
  reduce.model.answer = [](const Question&) { return Failure(); };
  const std::vector<Fact> reduced = reduce.Run(facts, 1000);
  EXPECT_EQ(reduced.front().text, facts[0].text);
  EXPECT_EQ(reduced.back().text, facts[98].text);
}

TEST(ReduceFacts, AReducedFactHasTheSourcesOfThoseItWasMadeFrom) {
  Reduce reduce;
  reduce.limits.batch_tokens = 5000;
  reduce.model.answer = Halved;
  for (const Fact& fact : reduce.Run(Many(80), 1000)) {
    EXPECT_EQ(fact.sources.size(), 2U);
    EXPECT_LT(fact.sources[0].at, fact.sources[1].at);
  }
}

TEST(ReduceFacts, IdsThatWereNotSentAndOddOnesAreIgnored) {
  Reduce reduce;
  reduce.model.answer = [](const Question&) {
    return Text(
        R"({"preferences":[{"text":"a","from":[0,99999,-1,"x",1.5,null]},{"text":"b","from":7},7]})");
  };
  const std::vector<Fact> reduced = reduce.Run(Many(30), FactsTokens(Many(30)) - 1);
  ASSERT_EQ(reduced.size(), 3U);
  std::size_t sources = 0;
  for (const Fact& fact : reduced) sources += fact.sources.size();
  EXPECT_EQ(sources, 1U);
  EXPECT_EQ(reduce.left_out, 29);  // nothing stands for them, so they are counted
}

TEST(ReduceFacts, WithoutIdsTheSameWordsAreTheSameFact) {
  Reduce reduce;
  reduce.model.answer = [](const Question& question) {
    const json items = json::parse(question.material)["facts"]["preferences"];
    return Text(json{{"preferences", {items[0]["text"], items[1]["text"]}}}.dump());
  };
  for (const Fact& fact : reduce.Run(Many(30), FactsTokens(Many(30)) - 1))
    EXPECT_EQ(fact.sources.size(), 1U);
  EXPECT_EQ(reduce.left_out, 28);
}

TEST(ReduceFacts, AnAnswerThatIsOfNoUseLeavesItsBatchAndTheOldestGo) {
  const std::vector<Fact> facts = Many(200);
  const auto longer = [](const Question& question) {
    json items = json::parse(question.material)["facts"];
    for (json& item : items["preferences"]) item["text"] = item["text"].get<std::string>() + "!!!";
    return Text(items.dump());
  };
  const std::vector<std::function<Answer(const Question&)>> useless = {
      [](const Question&) { return Text(""); },
      [](const Question&) { return Text("not json"); },
      [](const Question&) { return Text("[]"); },
      [](const Question&) { return Text("{}"); },
      [](const Question&) { return Text(R"({"preferences":[]})"); },
      [](const Question&) { return Text(R"({"beliefs":["other category"]})"); },
      [](const Question&) { return Refusal(); },
      [](const Question&) { return Failure(); },
      [](const Question&) { return CutOff(R"({"preferences":["x"]})"); },
      longer,
      ScriptedModel::Sensible,
  };
  for (std::size_t i = 0; i < useless.size(); ++i) {
    Reduce reduce;
    reduce.model.answer = useless[i];
    const std::vector<Fact> reduced = reduce.Run(facts, 2000);
    EXPECT_LE(FactsTokens(reduced), 2000U) << i;
    EXPECT_GT(FactsTokens(reduced), 1900U) << i;
    EXPECT_EQ(reduce.left_out, 200 - static_cast<int>(reduced.size())) << i;
    EXPECT_EQ(reduced.back().text, facts.back().text) << i;  // the newest stay
    EXPECT_EQ(reduced.front().text, facts[facts.size() - reduced.size()].text) << i;
  }
}

TEST(ReduceFacts, ARoundThatChangedNothingIsTheLast) {
  Reduce reduce;
  reduce.model.answer = [](const Question&) { return Text("not json"); };
  reduce.Run(Many(30), 500);
  const std::size_t one_round = reduce.model.asked.size();
  EXPECT_EQ(reduce.store.rejected.size(), one_round);
  EXPECT_LE(one_round, 3U);
}

TEST(ReduceFacts, AtMostThreeRounds) {
  Reduce reduce;
  reduce.model.answer = [](const Question& question) {  // each round only one fact fewer
    json items = json::parse(question.material)["facts"];
    items["preferences"].erase(items["preferences"].begin());
    return Text(items.dump());
  };
  reduce.limits.batch_tokens = 100000;
  EXPECT_LE(FactsTokens(reduce.Run(Many(100), 2000)), 2000U);
  EXPECT_LE(reduce.model.asked.size(), 6U);
}

TEST(ReduceFacts, TheLeastSupportedGoFirst) {
  std::vector<Fact> facts = Many(100);
  facts[0].sources.push_back({"again", 0, -1, 0});  // the oldest, but said twice
  Reduce reduce;
  reduce.model.answer = [](const Question&) { return Failure(); };
  const std::vector<Fact> reduced = reduce.Run(facts, 1000);
  EXPECT_EQ(reduced.front().text, facts[0].text);
  EXPECT_EQ(reduced.back().text, facts[99].text);
}

TEST(ReduceFacts, WhatWasCutOffIsAskedOnceWithMoreRoom) {
  Reduce reduce;
  reduce.model.in_flight = 1;
  reduce.model.script[Step::kReduce] = {CutOff()};
  reduce.model.answer = Halved;
  reduce.Run(Many(30), 600);
  ASSERT_EQ(reduce.model.asked.size(), 3U);
  EXPECT_EQ(reduce.model.asked[1].max_tokens + reduce.model.asked[2].max_tokens, 32768 + 16384);
}

TEST(ReduceFacts, ABatchThatIsTooLongIsHalved) {
  Reduce reduce;
  reduce.model.answer = [](const Question& question) {
    return json::parse(question.material)["facts"]["preferences"].size() > 8 ? TooLong()
                                                                             : Halved(question);
  };
  const std::vector<Fact> reduced = reduce.Run(Many(40), 900);
  EXPECT_LE(reduced.size(), 25U);  // batches of an odd size keep one as it is
  EXPECT_GE(reduced.size(), 20U);
  EXPECT_EQ(reduce.left_out, 0);
}

TEST(ReduceFacts, TheOrderOfAnswersDoesNotMatter) {
  std::string results[2];
  for (std::size_t in_flight : {1, 7}) {
    Reduce reduce;
    reduce.model.in_flight = in_flight;
    reduce.model.answer = Halved;
    results[in_flight / 7] = FactsDocument(reduce.Run(Many(300), 4000));
  }
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace soulprint
