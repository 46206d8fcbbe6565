// Every question is asked with the system prompt in force and the model's name.

#include "pipeline/wording_model.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "fakes.hpp"
#include "pipeline/prompts.hpp"

namespace soulprint {
namespace {

Question Some(Step step, std::string material = "m") {
  Question question;
  question.step = step;
  question.material = std::move(material);
  question.max_tokens = 8192;
  return question;
}

struct Wording {
  FakeStore store;
  ScriptedModel inner;

  // Asks one question; gives it back as `take` got it.
  Question Ask(const Question& question) {
    inner.answer = [](const Question&) { return Text("x"); };
    WordingModel model(inner, store, "haiku");
    std::optional<Question> next = question;
    Question taken;
    model.Ask([&] { return std::exchange(next, std::nullopt); },
              [&](const Question& asked, const Answer&) { taken = asked; });
    return taken;
  }
};

TEST(WordingModel, AsksInTheProjectsOwnWording) {
  Wording wording;
  wording.Ask(Some(Step::kMemory));
  const Question& asked = wording.inner.asked.at(0);
  EXPECT_EQ(asked.system, SystemPrompt(Step::kMemory, ""));
  EXPECT_TRUE(asked.own_wording);
  EXPECT_EQ(asked.model, "haiku");
}

TEST(WordingModel, AnOperatorsWordingTakesItsPlace) {
  Wording wording;
  wording.store.prompts[Step::kFacts] = "Mine.";
  wording.Ask(Some(Step::kFacts));
  EXPECT_EQ(wording.inner.asked.at(0).system, "Mine.");
  EXPECT_FALSE(wording.inner.asked.at(0).own_wording);
}

TEST(WordingModel, TheAnswerComesWithTheCompletedQuestion) {
  Wording wording;
  const Question taken = wording.Ask(Some(Step::kMemory));
  EXPECT_EQ(QuestionIdentity(taken), QuestionIdentity(wording.inner.asked.at(0)));
  EXPECT_NE(QuestionIdentity(taken), QuestionIdentity(Some(Step::kMemory)));
}

TEST(WordingModel, ReadsTheStoreOnceForEachStep) {
  Wording wording;
  WordingModel model(wording.inner, wording.store, "haiku");
  for (int i = 0; i < 3; ++i) model.SeemsTooLong(Some(Step::kSections));
  for (Step step : kSteps) EXPECT_EQ(wording.store.prompt_reads[step], 1) << StepName(step);
}

TEST(WordingModel, TheWholeQuestionAndItsAnswerMustFit) {
  Wording wording;
  const auto seems_too_long = [&](const std::string& material) {
    return WordingModel(wording.inner, wording.store, "haiku")
        .SeemsTooLong(Some(Step::kSections, material));
  };
  EXPECT_FALSE(seems_too_long(std::string(600000, 'a')));
  EXPECT_TRUE(seems_too_long(std::string(800000, 'a')));
  std::string dense;
  for (int i = 0; i < 200000; ++i) dense += "東";  // a token each
  EXPECT_TRUE(seems_too_long(dense));
  wording.store.prompts[Step::kSections] = std::string(200000, 's');
  EXPECT_TRUE(seems_too_long(std::string(600000, 'a')));
}

}  // namespace
}  // namespace soulprint
