// A name that the user knows stays; a generic one costs a small question.

#include "pipeline/assistant_name.hpp"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "fakes.hpp"
#include "pipeline/prompts.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

// One call of NameAssistant: its input, and what it did.
struct Naming {
  FakeStore store;
  ScriptedModel model;
  std::array<Json, 5> sections = {Json{{"humor_style", "dry"}}, Json::object(), Json::object(),
                                  Json::object(), Json::object()};

  explicit Naming(const std::string& name, const std::string& greeting = "") {
    sections[1] = {{"ai_name", name}, {"vibe", "calm"}, {"signature_greeting", greeting}};
    model.answer = [](const Question&) {
      ADD_FAILURE() << "asked too often";
      return Refusal();
    };
  }

  void Stored(const std::string& name) { store.sections[1] = Json{{"ai_name", name}}.dump(); }

  std::string Name() {
    NameAssistant(&sections, model, store);
    return sections[1]["ai_name"];
  }

  std::string Greeting() {
    NameAssistant(&sections, model, store);
    return sections[1]["signature_greeting"];
  }
};

std::string Renamed(const std::string& name, const std::string& greeting) {
  Naming naming(name, greeting);
  naming.Stored("Kestrel");
  return naming.Greeting();
}

TEST(NameAssistant, AStoredNameStays) {
  for (const char* const name : {"Nova", "Bot", "", "Kestrel"}) {
    Naming naming(name);
    naming.Stored(" Kestrel ");
    EXPECT_EQ(naming.Name(), "Kestrel") << name;
    EXPECT_EQ(naming.sections[1]["vibe"], "calm");
  }
}

TEST(NameAssistant, ANewNameIsTakenWhereNoneIsStored) {
  EXPECT_EQ(Naming("Nova").Name(), "Nova");
  for (const char* const stored : {"Assistant", "", "your assistant", "not enough data"}) {
    Naming naming("Nova");
    naming.Stored(stored);
    EXPECT_EQ(naming.Name(), "Nova") << stored;
  }
}

TEST(NameAssistant, TheStoredNameStandsInTheGreeting) {
  EXPECT_EQ(Renamed("Nova", "Nova here. Novality? Ask Nova!"),
            "Kestrel here. Novality? Ask Kestrel!");
  EXPECT_EQ(Renamed("Nova", "Casanova, Nova2 and nova; (Nova)"),
            "Casanova, Nova2 and nova; (Kestrel)");
  EXPECT_EQ(Renamed("Nova", "Innova Nová Nova"), "Innova Nová Kestrel");
  EXPECT_EQ(Renamed("Nova", "CasaNova Nova"), "CasaNova Kestrel");
  EXPECT_EQ(Renamed("Nova", "Nova-Nova"), "Kestrel-Kestrel");
  EXPECT_EQ(Renamed("Nova", "我是Nova，你好"), "我是Kestrel，你好");
  EXPECT_EQ(Renamed("星尘", "我是星尘呀"), "我是Kestrel呀");
  EXPECT_EQ(Renamed("Zoë", "Zoë! Zoëlla"), "Kestrel! Zoëlla");
  EXPECT_EQ(Renamed("Thi", "Thi\u1EC7n? Thi!"), "Thi\u1EC7n? Kestrel!");
  EXPECT_EQ(Renamed("Old Tom", "Old Tom says hi"), "Kestrel says hi");
  EXPECT_EQ(Renamed("", "Hello, you"), "Hello, you");
  EXPECT_EQ(Renamed("Nova", ""), "");
}

TEST(NameAssistant, AGenericNameCostsOneSmallQuestion) {
  Naming naming("Assistant", "Assistant at your service");
  naming.model.script[Step::kName] = {Text(R"({"ai_name":" Kestrel "})")};
  EXPECT_EQ(naming.Name(), "Kestrel");
  EXPECT_EQ(naming.sections[1]["signature_greeting"], "Kestrel at your service");
  ASSERT_EQ(naming.model.asked.size(), 1U);
  const Question& question = naming.model.asked[0];
  EXPECT_EQ(question.step, Step::kName);
  EXPECT_EQ(question.instruction, Instruction(Step::kName));
  EXPECT_EQ(question.max_tokens, 100);
  EXPECT_EQ(question.temperature, 0.7);
  EXPECT_EQ(
      question.material,
      R"({"soul":{"humor_style":"dry"},"identity":{"ai_name":"Assistant","vibe":"calm",)"
      R"("signature_greeting":"Assistant at your service"},"user":{},"agents":{},"tools":{}})");
  const Json schema = Json::parse(question.schema);
  EXPECT_EQ(schema["required"], Json::array({"ai_name"}));
  EXPECT_EQ(schema["properties"]["ai_name"]["type"], "string");
  EXPECT_NE(schema["properties"]["ai_name"]["description"], "");
}

TEST(NameAssistant, AStillGenericNameGivesWayToTheStoredOne) {
  Naming naming("Bot");
  naming.Stored("My Helper");
  naming.model.script[Step::kName] = {Text(R"({"ai_name":"Buddy"})")};
  EXPECT_EQ(naming.Name(), "My Helper");
  naming.model.script[Step::kName] = {Text(R"({"ai_name":"Kestrel"})")};
  EXPECT_EQ(naming.Name(), "Kestrel");
}

TEST(NameAssistant, WithoutAStoredNameWhatCameIsAccepted) {
  Naming naming("Bot");
  naming.model.script[Step::kName] = {Text(R"({"ai_name":"Buddy"})")};
  EXPECT_EQ(naming.Name(), "Buddy");
}

TEST(NameAssistant, ANameNeverFailsAPass) {
  for (const Answer& none : {Text("sorry"), Text("{}"), Text(R"({"ai_name":7})"), Text(""),
                             Refusal(), Failure(), NoAnswer(), TooLong()}) {
    Naming naming("Bot");
    naming.model.script[Step::kName] = {none};
    EXPECT_EQ(naming.Name(), "Bot");
    EXPECT_TRUE(naming.store.rejected.empty());
  }
  Naming cut_off("Bot");
  cut_off.model.script[Step::kName] = {CutOff(), CutOff()};
  EXPECT_EQ(cut_off.Name(), "Bot");
}

TEST(IsGenericName, ComparesFoldedWords) {
  for (const char* const name : {"Assistant",
                                 " helper ",
                                 "AI",
                                 "Bot",
                                 "buddy",
                                 "ChatBot",
                                 "Soul",
                                 "soulprint",
                                 "",
                                 "  ",
                                 "not enough data",
                                 "Not Enough Data",
                                 "your assistant",
                                 "AI assistant",
                                 "my bot",
                                 "The Helper",
                                 "AI-Assistant",
                                 "A.I. Assistant",
                                 "Your Personal AI Assistant",
                                 "User's Assistant",
                                 "ai_assistant",
                                 "Assistant 🤖",
                                 "\"Assistant\"",
                                 "Soul Buddy",
                                 "Virtual Companion",
                                 "Mi asistente",
                                 "Dein Assistent",
                                 "Tu asistente virtual",
                                 "Мой помощник",
                                 "助手",
                                 "AI助手",
                                 "アシスタント",
                                 "!!",
                                 "ChatGPT",
                                 "Language Model",
                                 "unknown",
                                 "a name that goes on and on and on and on and on and on and on"}) {
    EXPECT_TRUE(IsGenericName(name)) << name;
  }
  for (const char* const name :
       {"Kestrel", "Soulful Bot", "Nova", "Botanist", "Thea", "Mya", "Old Tom", "Captain Helper",
        "星尘", "Мира", "Abbot", "Kai", "Mi", "You and I", "Sage", "R2", "The Lighthouse",
        "Assistant Kestrel"}) {
    EXPECT_FALSE(IsGenericName(name)) << name;
  }
}

TEST(AiName, IsTheStoredIdentitysName) {
  EXPECT_EQ(AiName(R"({"archetype":"x","ai_name":" Kestrel "})"), "Kestrel");
  for (const char* none : {"", "text", "[]", "{}", R"({"ai_name":7})", R"({"ai_name":null})"}) {
    EXPECT_EQ(AiName(none), "") << none;
  }
  EXPECT_EQ(AiName(std::nullopt), "");
}

TEST(AiName, IsOneLine) {
  EXPECT_EQ(AiName("{\"ai_name\":\" Kes\u200Btrel\\n## x\"}"), "Kestrel ## x");
}

}  // namespace
}  // namespace soulprint
