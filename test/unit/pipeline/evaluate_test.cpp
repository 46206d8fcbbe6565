#include "pipeline/evaluate.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fakes.hpp"
#include "pipeline/caching_model.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

// Answers each question about a profile by what its material holds: two probes of each chat, of
// which the profile knows the first.
Answer Evaluated(const Question& question) {
  if (question.step != Step::kEvaluate) return ScriptedModel::Sensible(question);
  const json material = json::parse(question.material);
  if (material.contains("chat")) {
    const std::string said = material["chat"]["messages"][0]["text"];
    return Text(json{{"questions",
                      {{{"quote", said}, {"question", "What?"}, {"answer", said}},
                       {{"quote", said}, {"question", "Where?"}, {"answer", said}},
                       {{"quote", "never said"}, {"question", "Who?"}, {"answer", "x"}}}}}
                    .dump());
  }
  json answers = json::array();
  if (material.contains("profile")) {
    for (const json& each : material["questions"]) {
      answers.push_back(
          {{"id", each["id"]}, {"answer", each["question"] == "What?" ? "bees" : "unknown"}});
    }
    return Text(json{{"answers", answers}}.dump());
  }
  if (material.contains("items")) {
    for (const json& each : material["items"]) {
      answers.push_back({{"id", each["id"]}, {"right", each["id"] == 1}});
    }
    return Text(json{{"verdicts", answers}}.dump());
  }
  return Text(R"({"pairs": [{"first": 1, "second": 2}]})");
}

class EvaluateTest : public testing::Test {
 protected:
  EvaluateTest() {
    for (int day = 10; day < 30; ++day) {
      store.Add(
          Talk("c" + std::to_string(day), day, {"I keep bees on day " + std::to_string(day)}));
    }
    inner.answer = Evaluated;
    options.model = "m";
    options.min_chunk_success = 1;
  }

  // By name.
  std::map<std::string, Measure> Run(double usd = 1) {
    Budget budget(usd, {1, 5});
    CachingModel model(store,
                       [&](auto) { return std::make_unique<BudgetModel>(Borrow(inner), budget); });
    order.clear();
    std::map<std::string, Measure> measures;
    for (const Measure& measure : Evaluate(store, model, budget, options)) {
      order.emplace_back(measure.name);
      measures[std::string(measure.name)] = measure;
    }
    spent = budget.spent();
    refused = budget.refused();
    return measures;
  }

  FakeStore store;
  ScriptedModel inner;
  PassOptions options;
  std::vector<std::string> order;
  double spent = 0;
  bool refused = false;
};

TEST_F(EvaluateTest, Measures) {
  auto measures = Run();
  EXPECT_EQ(order, (std::vector<std::string>{"recall", "unknown", "groundedness", "contradictions",
                                             "stability"}));
  // Two chats are left out: four questions, two of them known, one of these right.
  EXPECT_EQ(measures["recall"].n, 4);
  EXPECT_DOUBLE_EQ(*measures["recall"].value, 0.25);
  EXPECT_EQ(measures["unknown"].n, 4);
  EXPECT_DOUBLE_EQ(*measures["unknown"].value, 0.5);
  EXPECT_EQ(measures["groundedness"].n, 4);
  EXPECT_DOUBLE_EQ(*measures["groundedness"].value, 0.25);
  EXPECT_EQ(measures["contradictions"].n, 4);
  EXPECT_DOUBLE_EQ(*measures["contradictions"].value, 1);
  EXPECT_EQ(measures["stability"].n, 4);
  EXPECT_DOUBLE_EQ(*measures["stability"].value, 1);
  EXPECT_FALSE(store.published);
  double sum = 0;
  for (const auto& [name, measure] : measures) sum += measure.cost_usd;
  EXPECT_DOUBLE_EQ(sum, spent);
  EXPECT_DOUBLE_EQ(spent, store.counted_cost);
}

TEST_F(EvaluateTest, AsksAboutTheNewestTenth) {
  Run();
  std::vector<std::string> asked;
  std::string read;
  for (const Question& question : inner.asked) {
    if (question.step == Step::kEvaluate && !question.conversation_ids.empty()) {
      asked.push_back(question.conversation_ids.front());
      EXPECT_NE(question.instruction.find("at most 5 questions"), std::string::npos);
    }
    if (question.step == Step::kFacts) read += question.material;
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"c28", "c29"}));
  EXPECT_NE(read.find("day 10"), std::string::npos);
  EXPECT_NE(read.find("day 27"), std::string::npos);
  EXPECT_EQ(read.find("day 28"), std::string::npos);
}

TEST_F(EvaluateTest, AsksAboutFiftyAtMost) {
  for (int day = 30; day < 610; ++day) {
    store.Add(Talk("d" + std::to_string(1000 + day), day, {"I keep bees, too"}));
  }
  Run(10);
  std::vector<std::string> asked;
  for (const Question& question : inner.asked) {
    if (question.step != Step::kEvaluate || question.conversation_ids.empty()) continue;
    asked.push_back(question.conversation_ids.front());
    EXPECT_NE(question.instruction.find("at most 1 questions"), std::string::npos);
  }
  ASSERT_EQ(asked.size(), 50u);
  EXPECT_EQ(asked.front(), "d1560");
  EXPECT_EQ(asked.back(), "d1609");
}

TEST_F(EvaluateTest, MemoryAnswersWhereThereAreNoSections) {
  inner.answer = [](const Question& question) {
    return question.step == Step::kSections ? Refusal() : Evaluated(question);
  };
  EXPECT_TRUE(Run()["recall"].value);
  for (const Question& question : inner.asked) {
    if (question.step != Step::kEvaluate) continue;
    const json material = json::parse(question.material);
    EXPECT_EQ(material.value("profile", ScriptedModel::GoodMemory()), ScriptedModel::GoodMemory());
  }
}

TEST_F(EvaluateTest, OnlyVerifiedFactsBearOut) {
  inner.answer = [](const Question& question) {
    if (question.step != Step::kFacts) return Evaluated(question);
    return Text(R"({"beliefs":[{"text":"Drinks tea","quote":"keep"},)"
                R"({"text":"Drinks tea daily","quote":"I keep bees"}]})");
  };
  Run();
  int quotes = 0;
  for (const Question& question : inner.asked) {
    if (question.step != Step::kEvaluate) continue;
    const json material = json::parse(question.material);
    for (const json& item : material.value("items", json::array())) {
      for (const json& quote : item.value("quotes", json::array())) {
        EXPECT_EQ(quote, "I keep bees");
        ++quotes;
      }
    }
  }
  EXPECT_GT(quotes, 0);
}

TEST_F(EvaluateTest, TheFirstTwoHundredBulletsAreJudged) {
  inner.answer = [](const Question& question) {
    if (question.step != Step::kMemory) return Evaluated(question);
    std::string memory = ScriptedModel::GoodMemory();
    for (int i = 0; i < 250; ++i) memory += "\n- Keeps hive " + std::to_string(i);
    return Text(memory);
  };
  auto measures = Run();
  for (const char* name : {"contradictions", "stability"}) EXPECT_EQ(measures[name].n, 200) << name;
}

TEST_F(EvaluateTest, AskingAgainIsFree) {
  const auto first = Run();
  const std::size_t asked = inner.asked.size();
  auto again = Run(0);
  EXPECT_EQ(inner.asked.size(), asked);
  EXPECT_EQ(spent, 0);
  EXPECT_FALSE(refused);
  for (const auto& [name, measure] : first) {
    EXPECT_EQ(again[name].value, measure.value) << name;
    EXPECT_EQ(again[name].cost_usd, 0) << name;
  }
}

TEST_F(EvaluateTest, StopsBeforeTheBudgetIsSpentAndGoesOnLater) {
  inner.in_flight = 1;
  const auto nothing = Run(0.02);
  EXPECT_TRUE(refused);
  EXPECT_LE(spent, 0.02);
  EXPECT_EQ(order.size(), 5u);
  for (const auto& [name, measure] : nothing) EXPECT_FALSE(measure.value) << name;
  EXPECT_GT(nothing.at("recall").cost_usd, 0);
  const std::size_t asked = inner.asked.size();
  EXPECT_GT(asked, 0u);
  auto all = Run(1);
  EXPECT_FALSE(refused);
  EXPECT_TRUE(all["recall"].value);
  EXPECT_EQ(store.replies.size(), inner.asked.size());
}

TEST_F(EvaluateTest, ChatsThatTheModelRefusesAreNotAskedAbout) {
  inner.answer = [](const Question& question) {
    return question.step == Step::kEvaluate && !question.conversation_ids.empty()
               ? Refusal()
               : Evaluated(question);
  };
  auto measures = Run();
  EXPECT_FALSE(measures["recall"].value);
  EXPECT_EQ(measures["recall"].n, 0);
  EXPECT_TRUE(measures["groundedness"].value);
}

TEST_F(EvaluateTest, OneBadAnswerCostsItsBatchOnly) {
  inner.answer = [](const Question& question) {
    if (question.step == Step::kEvaluate &&
        question.material.find("\"statement\"") != std::string::npos) {
      return Text("no JSON");
    }
    return Evaluated(question);
  };
  auto measures = Run();
  EXPECT_TRUE(measures["recall"].value);
  EXPECT_FALSE(measures["groundedness"].value);
  EXPECT_EQ(measures["groundedness"].n, 0);
  EXPECT_TRUE(measures["contradictions"].value);
}

TEST_F(EvaluateTest, ContradictionsThatCannotBeReadAreNotMeasured) {
  inner.answer = [](const Question& question) {
    const bool bullets = question.step == Step::kEvaluate &&
                         question.material.find("\"statements\"") != std::string::npos;
    return bullets ? Text("no JSON") : Evaluated(question);
  };
  auto measures = Run();
  EXPECT_FALSE(measures["contradictions"].value);
  EXPECT_EQ(measures["contradictions"].n, 0);
  EXPECT_TRUE(measures["stability"].value);
}

TEST_F(EvaluateTest, AJudgeWhoCannotBeReadLeavesRecallOpen) {
  inner.answer = [](const Question& question) {
    const bool judge = question.step == Step::kEvaluate &&
                       question.material.find("\"expected\"") != std::string::npos;
    return judge ? Text("no JSON") : Evaluated(question);
  };
  auto measures = Run();
  EXPECT_FALSE(measures["recall"].value);
  EXPECT_TRUE(measures["unknown"].value);
}

TEST_F(EvaluateTest, ProfileWhoseAnswerCannotBeReadKnowsNothingOfIt) {
  inner.answer = [](const Question& question) {
    const bool profile = question.step == Step::kEvaluate &&
                         question.material.find("\"profile\"") != std::string::npos;
    return profile ? CutOff() : Evaluated(question);
  };
  auto measures = Run();
  EXPECT_FALSE(measures["recall"].value);
  EXPECT_FALSE(measures["unknown"].value);
}

TEST_F(EvaluateTest, WithoutBulletsNothingIsAskedAboutThem) {
  inner.answer = [](const Question& question) {
    return question.step == Step::kFacts ? Text("{}") : Evaluated(question);
  };
  auto measures = Run();
  EXPECT_TRUE(measures["recall"].value);
  for (const char* name : {"groundedness", "contradictions", "stability"}) {
    EXPECT_FALSE(measures[name].value) << name;
    EXPECT_EQ(measures[name].n, 0) << name;
  }
  EXPECT_EQ(inner.Asked(Step::kEvaluate), 4);
}

TEST_F(EvaluateTest, NoAnswerEndsIt) {
  inner.answer = [](const Question& question) {
    return question.step == Step::kEvaluate ? NoAnswer() : Evaluated(question);
  };
  try {
    Run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::kConnectionException);
    EXPECT_STREQ(error.what(), "the model gave no answer for the evaluation: no answer");
  }
  inner.asked.clear();
  inner.in_flight = 1;
  EXPECT_THROW(Run(), Error);
  EXPECT_EQ(inner.Asked(Step::kEvaluate), 1);
}

TEST_F(EvaluateTest, TenConversationsAreEnough) {
  while (store.conversations.size() > 10) store.conversations.erase(store.conversations.begin());
  EXPECT_EQ(Run()["recall"].n, 2);
  store.conversations.erase(store.conversations.begin());
  try {
    Run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::kObjectNotInPrerequisiteState);
    EXPECT_STREQ(error.what(), "9 conversations are too few for an evaluation");
  }
}

TEST_F(EvaluateTest, AnswersInAnyOrderGiveTheSameQuestions) {
  inner.in_flight = 1;
  Run();
  const std::size_t asked = inner.asked.size();
  const auto replies = store.replies;
  store.replies.clear();
  inner.in_flight = 8;
  Run();
  EXPECT_EQ(inner.asked.size(), 2 * asked);
  for (const auto& [key, reply] : replies) EXPECT_TRUE(store.replies.contains(key));
}

TEST_F(EvaluateTest, PromptsInForceHoldEveryWording) {
  const std::string own = PromptsInForce(store);
  store.prompts[Step::kMemory] = "Write MEMORY my way.";
  const std::string theirs = PromptsInForce(store);
  EXPECT_NE(own, theirs);
  EXPECT_NE(theirs.find("Write MEMORY my way."), std::string::npos);
  EXPECT_NE(own.find("You compare answers to questions"), std::string::npos);
}

}  // namespace
}  // namespace soulprint
