// The offline model as a Model, and its answers to memory and sections questions.

#include "offline/offline_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Answer Ask(Question question) {
  OfflineModel model;
  Answer given;
  bool asked = false;
  model.Ask(
      [&]() -> std::optional<Question> {
        if (asked) return std::nullopt;
        asked = true;
        return question;
      },
      [&](const Question&, const Answer& answer) { given = answer; });
  return given;
}

Answer Ask(Step step, const std::string& material) {
  Question question;
  question.step = step;
  question.material = material;
  return Ask(question);
}

ordered_json Sections(const std::string& material) {
  return ordered_json::parse(Ask(Step::kSections, material).text);
}

const std::string kMemory = "\n\n## MEMORY (verified facts about this user)\n";

TEST(Offline, WordingOfAnOperatorCannotBeFollowed) {
  Question question;
  question.step = Step::kMemory;
  question.material = R"({"facts":{}})";
  question.own_wording = false;
  const Answer answer = Ask(question);
  EXPECT_EQ(answer.outcome, Outcome::kFailed);
  EXPECT_NE(answer.reason.find("soulprint.prompts for step \"memory\""), std::string::npos);
  EXPECT_NE(answer.reason.find("delete that row or use another provider"), std::string::npos);
}

TEST(Offline, UnreadableMaterialFailsThatQuestionOnly) {
  const Answer answer = Ask(Step::kFacts, "{");
  EXPECT_EQ(answer.outcome, Outcome::kFailed);
  EXPECT_FALSE(answer.reason.empty());
}

TEST(Offline, EveryQuestionIsAnsweredInOrderForNothing) {
  OfflineModel model;
  std::uint64_t next = 0;
  std::vector<std::uint64_t> tags;
  model.Ask(
      [&]() -> std::optional<Question> {
        if (next == 3) return std::nullopt;
        Question question;
        question.step = Step::kMemory;
        question.tag = next++;
        question.material = R"({"facts":{}})";
        return question;
      },
      [&](const Question& question, const Answer& answer) {
        tags.push_back(question.tag);
        EXPECT_EQ(answer.outcome, Outcome::kAnswered);
        EXPECT_EQ(answer.usage.input_tokens, 0);
        EXPECT_EQ(answer.usage.output_tokens, 0);
        EXPECT_EQ(answer.usage.cost_usd, 0);
      });
  EXPECT_EQ(tags, (std::vector<std::uint64_t>{0, 1, 2}));
}

TEST(OfflineMemory, HeadingsAndBulletsOneForEachThing) {
  const std::string text = Ask(Step::kMemory, R"({"facts":{
      "preferences":[{"text":"Spends time hiking","said":"2024-02-01"},{"text":"Likes hiking"},
                     {"text":"Lives in Oslo"}],
      "projects":[{"name":"Learning Go","description":"","details":""}]}})")
                               .text;
  EXPECT_EQ(
      text,
      "## Preferences\n\n- Likes hiking\n- Lives in Oslo\n\n## Projects\n\n- **Learning Go**\n\n"
      "## Important Dates\n\nNo data yet.\n\n## Beliefs & Values\n\nNo data yet.\n\n"
      "## Decisions & Context\n\nNo data yet.");
}

TEST(OfflineReduce, EqualFactsBecomeOneThatNamesThemAll) {
  const Answer answer = Ask(Step::kReduce, R"({"facts":{"preferences":[
      {"id":0,"text":"Likes to play chess"},{"id":1,"text":"Is a nurse"},
      {"id":2,"text":"Likes chess"}]}})");
  EXPECT_EQ(json::parse(answer.text),
            json::parse(R"({"preferences":[{"text":"Likes chess","from":[0,2]},
                                           {"text":"Is a nurse","from":[1]}]})"));
}

TEST(OfflineSections, EveryFieldOfTheSchemaInItsOrder) {
  const ordered_json sections = Sections(kMemory + "## Preferences\n\nNo data yet.\n");
  EXPECT_EQ(sections.dump().find("assistant"), std::string::npos);
  std::vector<std::string> fields;
  for (const auto& [section, values] : sections.items()) {
    for (const auto& [field, value] : values.items()) fields.push_back(section + "." + field);
  }
  EXPECT_EQ(fields, (std::vector<std::string>{"soul.communication_style",
                                              "soul.personality_traits",
                                              "soul.tone_preferences",
                                              "soul.boundaries",
                                              "soul.humor_style",
                                              "soul.formality_level",
                                              "soul.emotional_patterns",
                                              "identity.ai_name",
                                              "identity.archetype",
                                              "identity.vibe",
                                              "identity.emoji_style",
                                              "identity.signature_greeting",
                                              "user.name",
                                              "user.location",
                                              "user.occupation",
                                              "user.relationships",
                                              "user.interests",
                                              "user.life_context",
                                              "user.preferred_address",
                                              "agents.response_style",
                                              "agents.behavioral_rules",
                                              "agents.context_adaptation",
                                              "agents.memory_directives",
                                              "agents.do_not",
                                              "tools.likely_usage",
                                              "tools.capabilities_emphasis",
                                              "tools.output_preferences",
                                              "tools.depth_preference"}));
}

TEST(OfflineSections, WithoutEvidenceNothingIsClaimed) {
  const ordered_json sections =
      Sections("=== Conversation: \"A\" (2024-03-20) ===\nUser: Hm." + kMemory);
  EXPECT_EQ(sections.at("user").at("name"), "not enough data");
  EXPECT_EQ(sections.at("user").at("interests"), ordered_json::array());
  EXPECT_EQ(sections.at("soul").at("communication_style"), "not enough data");
  EXPECT_EQ(sections.at("soul").at("personality_traits"), ordered_json::array());
}

TEST(OfflineSections, OnlyRealLabelsSaySomething) {
  const ordered_json user =
      Sections(
          "=== Conversation: \"A\" (2024-03-20) ===\n"
          "User: Hi, my name is Emily.\nI love chess.\n User: I love opera.\n"
          " === Conversation: \"B\" (2024-03-20) ===\n"
          "Assistant: I love sailing.\nMy name is Ada.\nUser: I live in Oslo and I'm a nurse." +
          kMemory)
          .at("user");
  EXPECT_EQ(user.at("name"), "Emily");
  EXPECT_EQ(user.at("interests"), ordered_json::array({"chess"}));
  EXPECT_EQ(user.at("location"), "Oslo");
  EXPECT_EQ(user.at("occupation"), "nurse");
}

TEST(OfflineSections, TheNewerPlaceCountsWhateverItsRank) {
  const ordered_json user =
      Sections(
          "=== Conversation: \"A\" (2024-03-20) ===\nUser: I live in Oslo.\n\n"
          "=== Conversation: \"B\" (2023-03-20) ===\nUser: I live in Rome.\n\n"
          "=== Conversation: \"C\" (unknown date) ===\nUser: I live in Bonn." +
          kMemory)
          .at("user");
  EXPECT_EQ(user.at("location"), "Oslo");
}

TEST(OfflineSections, MemoryCountsToo) {
  const ordered_json user =
      Sections(kMemory + "## Preferences\n\n- Likes chess\n- Name is Emily\n- Spends time hiking\n")
          .at("user");
  EXPECT_EQ(user.at("name"), "Emily");
  EXPECT_EQ(user.at("interests"), ordered_json::array({"chess", "hiking"}));
}

TEST(OfflineSections, TheSentenceThatACutEndsInIsNotRead) {
  const ordered_json user = Sections(
                                "=== Conversation: \"A\" (2024-03-20) ===\nUser: I love chess. I "
                                "love my neighb... [truncated]\n[... 3 more messages]" +
                                kMemory)
                                .at("user");
  EXPECT_EQ(user.at("interests"), ordered_json::array({"chess"}));
}

TEST(OfflineSections, TheSameUserGetsTheSameNameAndNotEverybodyDoes) {
  const auto name = [](const std::string& said) {
    return Sections("=== Conversation: \"A\" (2024-03-20) ===\nUser: " + said + kMemory)
        .at("identity")
        .at("ai_name")
        .get<std::string>();
  };
  EXPECT_EQ(name("Hello"), name("Hello"));
  std::vector<std::string> names;
  for (const char* said : {"a", "b", "c", "d", "e", "f", "g", "h"}) names.push_back(name(said));
  EXPECT_NE(std::count(names.begin(), names.end(), names[0]), static_cast<long>(names.size()));
}

TEST(OfflineSections, AnyTextIsSurvived) {
  for (const char* material :
       {"", "\n", "User: x", "=== Conversation: \"", "=== Conversation: \")(",
        "=== Conversation: \"A\" (2024-03-20) ===", "## MEMORY"}) {
    EXPECT_EQ(Ask(Step::kSections, material).outcome, Outcome::kAnswered) << material;
  }
}

}  // namespace
}  // namespace soulprint
