// MEMORY: asked for, rejected, assembled.

#include "pipeline/facts_to_memory.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes.hpp"
#include "memory_facts.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/facts_document.hpp"
#include "pipeline/memory_text.hpp"
#include "pipeline/wording_model.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

std::vector<Fact> Three() {
  return {Make(Category::kPreferences, "Drinks tea", 1), Make(Category::kBeliefs, "Repair", 2),
          Make(Category::kDates, "Wedding", 3, "2024-05-01")};
}

struct Asked {
  FakeStore store;
  ScriptedModel model;
  MemoryLimits limits;
  int facts_left_out = 0;

  std::string Memory(const std::vector<Fact>& facts) {
    WordingModel wording(model, store, "m");
    const struct Memory memory = FactsToMemory(facts, limits, wording, store);
    facts_left_out = memory.facts_left_out;
    return memory.memory_md;
  }
};

TEST(FactsToMemory, AGoodAnswerIsMemory) {
  Asked asked;
  EXPECT_EQ(asked.Memory(Three()), ScriptedModel::GoodMemory());
  ASSERT_EQ(asked.model.asked.size(), 1U);
  const Question& question = asked.model.asked[0];
  EXPECT_EQ(question.step, Step::kMemory);
  EXPECT_EQ(question.max_tokens, 4096);
  EXPECT_EQ(question.temperature, 0.5);
  EXPECT_EQ(question.model, "m");
  EXPECT_EQ(question.schema, "");
  EXPECT_EQ(
      question.material,
      R"({"newest":"1970-01-04","facts":{"person":[],"preferences":[{"text":"Drinks tea","said":"1970-01-02"}],"projects":[],)"
      R"("dates":[{"event":"Wedding","date":"2024-05-01","said":"1970-01-04"}],)"
      R"("beliefs":[{"text":"Repair","said":"1970-01-03"}],"decisions":[]}})");
}

TEST(FactsDocument, SaysWhatIsKnownOfEachFact) {
  Fact berlin = Make(Category::kPerson, "Lives in Berlin", 9);
  berlin.importance = 3;
  berlin.before = {{"Lives in Porto", Day(5)}, {"Lives in Lisbon", std::nullopt}};
  Fact undated = Make(Category::kPerson, "Is a nurse");
  undated.sources[0].at = std::nullopt;
  EXPECT_EQ(FactsDocument({berlin, undated}),
            R"({"newest":"1970-01-10","facts":{"person":[{"text":"Lives in Berlin","importance":3,)"
            R"("said":"1970-01-10","before":[{"text":"Lives in Porto","said":"1970-01-06"},)"
            R"({"text":"Lives in Lisbon"}]},{"text":"Is a nurse"}],)"
            R"("preferences":[],"projects":[],"dates":[],"beliefs":[],"decisions":[]}})");
  EXPECT_EQ(FactsDocument({undated}).find("newest"), std::string::npos);
}

TEST(FactsToMemory, WithoutFactsNothingIsAsked) {
  Asked asked;
  EXPECT_EQ(asked.Memory({}), kNothing);
  EXPECT_TRUE(asked.model.asked.empty());
}

TEST(FactsToMemory, AFenceIsTakenOff) {
  Asked asked;
  asked.model.script[Step::kMemory] = {
      Text("\n```markdown\n" + ScriptedModel::GoodMemory() + "\n```\n")};
  EXPECT_EQ(asked.Memory(Three()), ScriptedModel::GoodMemory());
}

TEST(IsPlaceholder, NoDataIsNoContent) {
  std::string nothing = kNothing;
  for (std::size_t at = 0; (at = nothing.find("yet.", at)) != std::string::npos; at += 20) {
    nothing.replace(at, 4, "yet. There is none.");
  }
  EXPECT_TRUE(IsPlaceholder(nothing, 3));
  EXPECT_FALSE(IsPlaceholder(nothing, 2));
}

TEST(FactsToMemory, HalfAFenceIsText) {
  for (const std::string& text :
       {"```\n" + ScriptedModel::GoodMemory(), ScriptedModel::GoodMemory() + "\n```"}) {
    Asked asked;
    asked.model.script[Step::kMemory] = {Text(text)};
    EXPECT_NE(asked.Memory(Three()).find(ScriptedModel::GoodMemory()), std::string::npos) << text;
    EXPECT_EQ(asked.model.asked.size(), 1U) << text;
  }
  Asked asked;
  asked.model.script[Step::kMemory] = {Text("```")};
  EXPECT_EQ(asked.Memory(Three()), ScriptedModel::GoodMemory());
}

TEST(FactsToMemory, APlaceholderIsAskedForAgainWithANudge) {
  Asked asked;
  asked.model.script[Step::kMemory] = {Text("I cannot do that."), Text(kNothing)};
  EXPECT_EQ(asked.Memory(Three()), ScriptedModel::GoodMemory());
  ASSERT_EQ(asked.model.asked.size(), 3U);
  EXPECT_FALSE(asked.model.asked[0].nudge);
  EXPECT_EQ(asked.model.asked[1].try_number, 1);
  EXPECT_EQ(asked.model.asked[1].nudge->answer, "I cannot do that.");
  EXPECT_EQ(asked.model.asked[2].try_number, 2);
  EXPECT_EQ(asked.model.asked[2].nudge->answer, kNothing);
  EXPECT_TRUE(asked.store.rejected.empty());  // a try that led to a good answer stays remembered
}

TEST(FactsToMemory, AfterThreePlaceholdersMemoryIsAssembledAndTheTriesRejected) {
  Asked asked;
  asked.model.script[Step::kMemory] = {Text(""), Text("no"), Text(kNothing)};
  EXPECT_EQ(asked.Memory(Three()), AssembleMemory(Three(), 5000));
  EXPECT_EQ(asked.model.asked.size(), 3U);
  ASSERT_EQ(asked.store.rejected.size(), 3U);
  EXPECT_EQ(asked.store.rejected[2].try_number, 2);
}

TEST(FactsToMemory, ARefusalAndAFailureAreAssembledAtOnce) {
  for (const Answer& answer : {Refusal(), Failure()}) {
    Asked asked;
    asked.model.script[Step::kMemory] = {answer};
    EXPECT_EQ(asked.Memory(Three()), AssembleMemory(Three(), 5000));
    EXPECT_EQ(asked.model.asked.size(), 1U);
  }
}

TEST(FactsToMemory, WithoutAnAnswerNothingIsMadeUp) {
  for (const std::vector<Answer>& answers :
       {std::vector{NoAnswer()}, std::vector{Text("placeholder"), NoAnswer()}}) {
    Asked asked;
    asked.model.script[Step::kMemory] = {answers.begin(), answers.end()};
    try {
      asked.Memory(Three());
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kConnectionException);
      EXPECT_STREQ(error.what(), "the model gave no answer for MEMORY: no answer");
    }
  }
}

TEST(FactsToMemory, WhatWasCutOffIsAskedOnceWithMoreRoom) {
  Asked asked;
  asked.model.script[Step::kMemory] = {CutOff(ScriptedModel::GoodMemory())};
  EXPECT_EQ(asked.Memory(Three()), ScriptedModel::GoodMemory());
  ASSERT_EQ(asked.model.asked.size(), 2U);
  EXPECT_EQ(asked.model.asked[1].max_tokens, 8192);
  EXPECT_EQ(asked.model.asked[1].try_number, 0);

  Asked twice;
  twice.model.script[Step::kMemory] = {CutOff(), CutOff()};
  EXPECT_EQ(twice.Memory(Three()), AssembleMemory(Three(), 5000));
  EXPECT_EQ(twice.model.asked.size(), 2U);
  EXPECT_TRUE(twice.store.rejected.empty());
}

TEST(FactsToMemory, WhatIsTooLongIsAskedAgainWithHalfTheFacts) {
  std::vector<Fact> facts;
  for (int i = 0; i < 400; ++i) {
    facts.push_back(Make(Category::kPreferences, "Likes number " + std::to_string(i), i));
  }
  Asked asked;
  asked.model.script[Step::kMemory] = {TooLong()};
  asked.model.script[Step::kReduce] = {Refusal(), Text("no"), Failure()};
  EXPECT_EQ(asked.Memory(facts), ScriptedModel::GoodMemory());
  const Question& first = asked.model.asked.front();
  const Question& last = asked.model.asked.back();
  EXPECT_LE(EstimateTokens(last.material), EstimateTokens(first.material) / 2);
  EXPECT_GT(asked.facts_left_out, 150);
  EXPECT_LT(asked.facts_left_out, 250);
  EXPECT_EQ(last.material.find("number 0\""), std::string::npos);  // the oldest went
  EXPECT_NE(last.material.find("number 399"), std::string::npos);
}

TEST(FactsToMemory, WhatIsTooLongForeverIsAssembled) {
  std::vector<Fact> facts(1000, Make(Category::kPreferences, std::string(100, 'x')));
  Asked asked;
  asked.model.answer = [](const Question&) { return TooLong(); };
  EXPECT_EQ(asked.Memory(facts), AssembleMemory(facts, 5000));
  EXPECT_LT(asked.model.asked.size(), 2000U);
}

TEST(FactsToMemory, ALongAnswerIsCutAtALineBorderAndKeepsItsHeadings) {
  std::string longest = "## Personal Facts\n## Preferences\n";
  for (int i = 0; i < 1000; ++i) longest += "- likes the number " + std::to_string(i) + "\n";
  longest += "## Projects\n- **Boat**\n## Important Dates\n## Beliefs & Values\n";
  longest += "## Decisions & Context\n- sold it";
  Asked asked;
  asked.model.script[Step::kMemory] = {Text(longest)};
  const std::string memory_md = asked.Memory(Three());
  EXPECT_LE(EstimateTokens(memory_md), 5000U);
  EXPECT_GT(EstimateTokens(memory_md), 4800U);
  EXPECT_FALSE(IsPlaceholder(memory_md, 3));
  EXPECT_NE(memory_md.find("- sold it"), std::string::npos);
  const std::size_t cut = memory_md.find("\n\n## Projects");
  ASSERT_NE(cut, std::string::npos);
  const std::size_t last = memory_md.rfind('\n', cut - 1) + 1;
  EXPECT_NE(longest.find(memory_md.substr(last, cut - last) + "\n"), std::string::npos);
}

TEST(FactsToMemory, NothingIsAHeadingButItsOwn) {
  const std::string good = ScriptedModel::GoodMemory();
  std::string hostile = good;
  hostile.insert(hostile.find("\n\n## Projects"),
                 "\n## Preferences\n# a\r## Memory\u2028## About You\n> ## b\nc\n---\n```\n<!-- d"
                 "\n\u200B### e\n[//]: # (f)");
  Asked asked;
  asked.model.script[Step::kMemory] = {Text("# MEMORY\n" + hostile + "\n## Projects\n- g")};
  std::string expected = good;
  expected.insert(
      expected.find("\n\n## Projects"),
      "\n\\## Preferences\n\\# a\n\\## Memory\n\\## About You\n> \\## b\nc\n\\---\n\\```"
      "\n\\<!-- d\n\\### e\n\\[//]: # (f)");
  EXPECT_EQ(asked.Memory(Three()), "\\# MEMORY\n" + expected + "\n\\## Projects\n- g");
  EXPECT_EQ(asked.model.asked.size(), 1U);
}

TEST(FactsToMemory, HeadingsOutOfOrderAreAskedForAgain) {
  const std::string good = ScriptedModel::GoodMemory();
  const std::string swapped = "## Projects\n" + good;
  Asked asked;
  asked.model.script[Step::kMemory] = {Text(swapped)};
  EXPECT_EQ(asked.Memory(Three()), good);
  EXPECT_EQ(asked.model.asked.size(), 2U);
}

TEST(FactsToMemory, ANudgeShowsTheModelNothingInvisible) {
  Asked asked;
  asked.model.script[Step::kMemory] = {Text("I cannot\u202E do\U000E0041 that.")};
  asked.Memory(Three());
  ASSERT_EQ(asked.model.asked.size(), 2U);
  EXPECT_EQ(asked.model.asked[1].nudge->answer, "I cannot do that.");
}

}  // namespace
}  // namespace soulprint
