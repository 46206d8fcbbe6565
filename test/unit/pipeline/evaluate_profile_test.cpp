#include "pipeline/evaluate_profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes.hpp"
#include "pipeline/caching_model.hpp"

namespace soulprint {
namespace {

class EvaluateProfile : public testing::Test {
 protected:
  EvaluateProfile() {
    for (int day = 1; day <= 5; ++day) {
      store.Add(
          Talk("c" + std::to_string(day), day, {"I keep bees on day " + std::to_string(day)}));
    }
    options.model = "m";
    options.min_chunk_success = 1;
    options.require_sections = true;
  }

  FakeStore store;
  ScriptedModel model;
  PassOptions options;
};

TEST_F(EvaluateProfile, LeavesOutTheNewest) {
  const Profile profile = ProfileWithout(2, store, model, options);
  ASSERT_EQ(profile.facts.size(), 3u);
  EXPECT_EQ(profile.facts.back().text, "I keep bees on day 3");
  EXPECT_NE(profile.soulprint_text.find("## Memory"), std::string::npos);
}

TEST_F(EvaluateProfile, PublishesNothingAndRejectsNothing) {
  store.sections[1] = R"({"ai_name": "Stored"})";
  model.script[Step::kMemory] = {Text("too short")};
  ProfileWithout(1, store, model, options);
  EXPECT_FALSE(store.published);
  EXPECT_FALSE(store.memory_md);
  EXPECT_TRUE(store.chunk_rows.empty());
  EXPECT_TRUE(store.rejected.empty());
  EXPECT_EQ(model.Asked(Step::kMemory), 2);
}

TEST_F(EvaluateProfile, NeedsNoSections) {
  model.answer = [](const Question& question) {
    return question.step == Step::kSections ? Refusal() : ScriptedModel::Sensible(question);
  };
  const Profile profile = ProfileWithout(1, store, model, options);
  EXPECT_FALSE(profile.sections);
  EXPECT_FALSE(profile.memory_md.empty());
}

TEST_F(EvaluateProfile, MemoryOnceMoreIsAnotherTryThatIsRememberedToo) {
  CachingModel caching(store, [&](auto) { return Borrow(model); });
  ProfileWithout(1, store, caching, options);
  const int sections = model.Asked(Step::kSections);
  const int facts = model.Asked(Step::kFacts);
  EXPECT_EQ(model.Asked(Step::kMemory), 1);
  std::string other = ScriptedModel::GoodMemory();
  other.replace(other.find("Drinks tea"), 10, "Drinks gin");
  model.script[Step::kMemory] = {Text("too short"), Text(other)};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Bullets(MemoryOnceMore(1, store, caching, options)), Bullets(other));
    EXPECT_EQ(model.Asked(Step::kMemory), 3);
  }
  EXPECT_EQ(model.Asked(Step::kFacts), facts);
  EXPECT_EQ(model.Asked(Step::kSections), sections);
  EXPECT_EQ(model.asked.back().try_number, 1001);
  EXPECT_TRUE(model.asked.back().nudge.has_value());
}

TEST(Bullets, AreLinesWithAMark) {
  EXPECT_EQ(Bullets("## Preferences\r\n- Likes tea \n* Likes bees\n-\n- \nNo data yet.\n  - "
                    "inner\n--- rule\n"),
            (std::vector<std::string>{"Likes tea", "Likes bees", "inner"}));
  EXPECT_TRUE(Bullets("").empty());
}

}  // namespace
}  // namespace soulprint
