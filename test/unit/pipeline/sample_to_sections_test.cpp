#include "pipeline/sample_to_sections.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes.hpp"
#include "pipeline/assistant_name.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/wording_model.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMemory = "## Preferences\n- tea";

std::string Named(const std::string& ai_name) { return ScriptedModel::GoodSections(ai_name); }

// One call of SampleToSections: its input, and what it did.
struct Asking {
  FakeStore store;
  ScriptedModel model;
  std::function<std::string(std::size_t)> sample = [](std::size_t) { return "SAMPLE"; };
  std::vector<std::pair<std::size_t, std::size_t>> sizes;

  explicit Asking(std::deque<Answer> answers) {
    store.prompts[Step::kSections] = "be exact";
    model.script[Step::kSections] = std::move(answers);
    model.answer = [](const Question&) {
      ADD_FAILURE() << "asked too often";
      return Refusal();
    };
  }

  Sections Run() {
    WordingModel wording(model, store, "m");
    return SampleToSections(
        [&](const SampleSize& size) {
          sizes.emplace_back(size.conversations, size.characters);
          return sample(size.characters);
        },
        kMemory, wording, store);
  }

  std::string AiNameGot() { return AiName(Run()[1]); }

  std::string FailureGot(std::string_view state = sqlstate::kExternalRoutineException) {
    try {
      Run();
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), state);
      EXPECT_NE(error.hint(), "");
      return error.what();
    }
    return "(no failure)";
  }

  std::size_t Rejected() const { return store.rejected.size(); }
};

// --- the question

TEST(SampleToSections, AsksTheQuestionOfTheContract) {
  Asking asking({Text(Named("Kestrel"))});
  asking.Run();
  const Question& question = asking.model.asked.at(0);
  EXPECT_EQ(question.step, Step::kSections);
  EXPECT_EQ(question.material,
            "SAMPLE\n\n## MEMORY (verified facts about this user)\n## Preferences\n- tea");
  EXPECT_EQ(question.system, SystemPrompt(Step::kSections, "be exact"));
  EXPECT_EQ(question.instruction, "");
  EXPECT_EQ(question.max_tokens, 8192);
  EXPECT_EQ(question.temperature, 0.7);
  EXPECT_EQ(question.try_number, 0);
  EXPECT_FALSE(question.nudge);
  EXPECT_EQ(asking.sizes, (std::vector<std::pair<std::size_t, std::size_t>>{{200, 600000}}));
  EXPECT_EQ(asking.Rejected(), 0u);
}

void ExpectStrict(const Json& object) {
  EXPECT_EQ(object["type"], "object");
  EXPECT_EQ(object["additionalProperties"], false);
  Json names = Json::array();
  for (const auto& [name, value] : object["properties"].items()) names.push_back(name);
  EXPECT_EQ(object["required"], names);
}

TEST(SampleToSections, SchemaDescribesTheFiveSections) {
  Asking asking({Text(Named("Kestrel"))});
  asking.Run();
  const Json schema = Json::parse(asking.model.asked.at(0).schema);
  ExpectStrict(schema);
  EXPECT_EQ(schema["required"], Json({"soul", "identity", "user", "agents", "tools"}));
  std::size_t strings = 0;
  std::size_t lists = 0;
  for (const auto& [name, section] : schema["properties"].items()) {
    ExpectStrict(section);
    for (const auto& [field, type] : section["properties"].items()) {
      const bool list = type["type"] == "array";
      EXPECT_EQ(list ? type["items"] : Json({{"type", type["type"]}}), Json({{"type", "string"}}));
      ++(list ? lists : strings);
      EXPECT_NE(SystemPrompt(Step::kSections, "").find(type["description"].get<std::string>()),
                std::string::npos)
          << field;
    }
  }
  EXPECT_EQ(strings, 21u);
  EXPECT_EQ(lists, 7u);
}

// --- its size

TEST(SampleToSections, TakesLessWhileThePromptSeemsTooLong) {
  Asking asking({Text(Named("Kestrel"))});
  asking.sample = [](std::size_t max_chars) {
    std::string text;
    for (std::size_t i = 0; i < max_chars; ++i) text += "東";
    return text;
  };
  asking.Run();
  EXPECT_EQ(asking.sizes, (std::vector<std::pair<std::size_t, std::size_t>>{
                              {200, 600000}, {100, 300000}, {50, 150000}}));
  EXPECT_EQ(asking.model.asked.size(), 1u);
}

TEST(SampleToSections, SixHundredThousandAsciiCharactersFit) {
  Asking asking({Text(Named("Kestrel"))});
  asking.sample = [](std::size_t max_chars) { return std::string(max_chars, 'a'); };
  asking.Run();
  EXPECT_EQ(asking.sizes.size(), 1u);
}

TEST(SampleToSections, TheSystemPromptAndTheAnswerCountToo) {
  Asking asking({Text(Named("Kestrel"))});
  asking.sample = [](std::size_t max_chars) { return std::string(max_chars, 'a'); };
  asking.store.prompts[Step::kSections] = std::string(4 * 42000, 's');
  asking.Run();
  EXPECT_EQ(asking.sizes.size(), 2u);
}

TEST(SampleToSections, TakesLessWhenTheModelSaysSo) {
  Asking asking({TooLong(), TooLong(), TooLong(), Text(Named("Kestrel"))});
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  EXPECT_EQ(asking.sizes, (std::vector<std::pair<std::size_t, std::size_t>>{
                              {200, 600000}, {100, 300000}, {50, 150000}, {25, 75000}}));
  EXPECT_EQ(asking.Rejected(), 0u);
}

TEST(SampleToSections, TakesLessWhereALimitOfCostDoesNotAllowMore) {
  Asking asking({});
  asking.sample = [](std::size_t max_chars) { return std::string(max_chars, 'x'); };
  std::size_t allowed = 200'000;
  asking.model.answer = [&](const Question& question) {
    if (question.material.size() > allowed) throw CostLimit("no money is left", "", "Allow more.");
    return Text(Named("Kestrel"));
  };
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  EXPECT_EQ(asking.sizes.back().first, 50U);
  allowed = 0;
  EXPECT_EQ(asking.FailureGot("53400"), "no money is left");
}

TEST(SampleToSections, FailsWhenEvenTheSmallestIsTooLong) {
  Asking asking({TooLong(), TooLong(), TooLong(), TooLong()});
  EXPECT_EQ(asking.FailureGot(),
            "the question for the sections is too long for the model, even with 25 conversations");
}

// --- answers that cannot be used

TEST(SampleToSections, NudgesOnceWhenTheAnswerIsNotReadable) {
  Asking asking({Text("I think {\"soul\""), Text(Named("Kestrel"))});
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  const Question& second = asking.model.asked.at(1);
  EXPECT_EQ(second.try_number, 1);
  EXPECT_EQ(second.nudge->answer, "I think {\"soul\"");
  EXPECT_EQ(second.nudge->correction, JsonCorrection("no single JSON object was found"));
  EXPECT_EQ(QuestionIdentity(second), QuestionIdentity(asking.model.asked.at(0)));
  EXPECT_EQ(asking.Rejected(), 0u);  // another attempt need not pay for it again
}

TEST(SampleToSections, FailsAfterTheSecondUnreadableAnswer) {
  Asking asking({Text("no"), Text("{\"soul\":{}}")});
  EXPECT_EQ(
      asking.FailureGot(),
      "the model's answer for the sections is not the JSON asked for: the key \"identity\" is "
      "missing or not an object");
  ASSERT_EQ(asking.Rejected(), 2u);
  EXPECT_EQ(asking.store.rejected[1].try_number, 1);
}

TEST(SampleToSections, FailsWhenTheModelRefuses) {
  Asking asking({Refusal()});
  EXPECT_EQ(asking.FailureGot(), "the model refused to write the sections: refused");
  EXPECT_EQ(asking.Rejected(), 0u);  // a refusal stays remembered
}

TEST(SampleToSections, AnAnswerThatCouldNotBeHadIsWorthAnotherAttempt) {
  for (const std::deque<Answer>& answers :
       {std::deque{NoAnswer()}, std::deque{Text("no"), NoAnswer()}}) {
    EXPECT_EQ(Asking(answers).FailureGot(sqlstate::kConnectionException),
              "the model gave no answer for the sections: no answer");
  }
}

TEST(SampleToSections, FailsWhenNoAnswerIsToBeHad) {
  EXPECT_EQ(Asking({Failure("HTTP 400")}).FailureGot(),
            "the model gave no answer for the sections: HTTP 400");
  EXPECT_EQ(Asking({Text("no"), Failure("HTTP 500")}).FailureGot(),
            "the model gave no answer for the sections: HTTP 500");
}

TEST(SampleToSections, GivesACutOffAnswerMoreRoomOnce) {
  Asking asking({CutOff(), Text(Named("Kestrel"))});
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  const Question& second = asking.model.asked.at(1);
  EXPECT_EQ(second.max_tokens, 16384);
  EXPECT_EQ(second.try_number, 0);
  EXPECT_FALSE(second.nudge);
  EXPECT_EQ(asking.Rejected(), 0u);
}

TEST(SampleToSections, FailsWhenItIsCutOffTwice) {
  Asking asking({CutOff(), CutOff()});
  EXPECT_EQ(asking.FailureGot(), "the model's answer for the sections is longer than 16384 tokens");
  EXPECT_EQ(asking.Rejected(), 1u);
}

TEST(SampleToSections, AWholeLookingCutOffAnswerIsNotUsed) {
  Asking asking({CutOff(Named("Early")), Text(Named("Kestrel"))});
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
}

// --- the name

TEST(SampleToSections, AStoredNameStaysAndCostsNoQuestion) {
  Asking asking({Text(Named("Nova"))});
  asking.store.sections[1] = R"({"ai_name":"Kestrel"})";
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  EXPECT_EQ(asking.model.asked.size(), 1U);
}

TEST(SampleToSections, AGenericNameCostsASmallQuestion) {
  Asking asking({Text("no"), Text(Named("Bot"))});
  asking.model.script[Step::kName] = {Text(R"({"ai_name":"Kestrel"})")};
  EXPECT_EQ(asking.AiNameGot(), "Kestrel");
  ASSERT_EQ(asking.model.asked.size(), 3U);
  EXPECT_EQ(asking.model.asked[2].step, Step::kName);
  EXPECT_EQ(asking.model.asked[2].material.find("SAMPLE"), std::string::npos);
  EXPECT_EQ(asking.Rejected(), 0U);
}

// --- an answer → sections

std::string Reply(const std::string& soul) {
  return "{\"soul\":" + soul + R"(,"identity":{},"user":{},"agents":{},"tools":{}})";
}

std::string Soul(const std::string& soul) { return ParseSections(Reply(soul)).value()[0]; }

TEST(ParseSections, CompletesWhatIsMissingInSchemaOrder) {
  EXPECT_EQ(
      Soul(R"({"new":1,"boundaries":"b","personality_traits":["p"]})"),
      R"({"communication_style":"","personality_traits":["p"],"tone_preferences":"",)"
      R"("boundaries":"b","humor_style":"","formality_level":"","emotional_patterns":"","new":1})");
  const Sections sections = ParseSections(Reply("{}")).value();
  EXPECT_EQ(sections[1],
            R"({"ai_name":"","archetype":"","vibe":"","emoji_style":"","signature_greeting":""})");
  EXPECT_EQ(sections[2],
            R"({"name":"","location":"","occupation":"","relationships":[],"interests":[],)"
            R"("life_context":"","preferred_address":""})");
  EXPECT_EQ(sections[3], R"({"response_style":"","behavioral_rules":[],"context_adaptation":"",)"
                         R"("memory_directives":"","do_not":[]})");
  EXPECT_EQ(sections[4], R"({"likely_usage":[],"capabilities_emphasis":[],"output_preferences":"",)"
                         R"("depth_preference":""})");
}

TEST(ParseSections, CoercesTypesWhereTheMeaningIsClear) {
  const auto traits = [](const std::string& value) {
    return Json::parse(Soul("{\"personality_traits\":" + value + "}"))["personality_traits"].dump();
  };
  EXPECT_EQ(traits("\"curious\""), "[\"curious\"]");
  EXPECT_EQ(traits("\" \""), "[]");
  EXPECT_EQ(traits("null"), "[]");
  EXPECT_EQ(traits("[\"a\",null,\"\",7,[\"b\"]]"), R"(["a","7","[\"b\"]"])");
  const auto style = [](const std::string& value) {
    return Json::parse(Soul("{\"humor_style\":" + value + "}"))["humor_style"].dump();
  };
  EXPECT_EQ(style("[\"dry\",\"kind\"]"), "\"dry, kind\"");
  EXPECT_EQ(style("null"), "\"\"");
  EXPECT_EQ(style("3"), "\"3\"");
}

TEST(ParseSections, TextIsStorable) {
  EXPECT_EQ(Json::parse(Soul(R"({"boundaries":"a\u0000b\ud83d"})"))["boundaries"],
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(ParseSections, RefusesWhatIsNotFiveObjects) {
  EXPECT_TRUE(ParseSections("Here: ```json\n" + Reply("{}") + "\n```"));
  for (const std::string& reply :
       {std::string(), std::string("text"), std::string("[]"), std::string("{}"), Reply("[]"),
        Reply("\"soul\""), Reply("null"), std::string(R"({"soul":{},"identity":{},"user":{}})")}) {
    EXPECT_FALSE(ParseSections(reply)) << reply;
  }
}

TEST(ParseSections, NothingInvisibleStays) {
  const auto sections = ParseSections(
      "{\"soul\":{\"humor_style\":\"d\u200Bry\",\"personality_traits\":[\"a\u202Eb\"],"
      "\"ex\u2060tra\":"
      "{\"k\uFEFFey\":[\"c\\u001bd\"]},\"humor\u200B_style\":\"forged\"},\"identity\":{\"ai_name\":"
      "\"\U0001F468\u200D\U0001F469\"},\"user\":{},\"agents\":{},\"tools\":{}}");
  ASSERT_TRUE(sections);
  const auto soul = nlohmann::json::parse((*sections)[0]);
  EXPECT_EQ(soul["humor_style"], "dry");
  EXPECT_EQ(soul["personality_traits"], nlohmann::json({"ab"}));
  EXPECT_EQ(soul["extra"], nlohmann::json::parse(R"({"key":["cd"]})"));
  EXPECT_EQ(nlohmann::json::parse((*sections)[1])["ai_name"], "\U0001F468\u200D\U0001F469");
}

}  // namespace
}  // namespace soulprint
