// The offline model as a Model, and its answers about all facts and about the sections.

#include "offline/offline_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/sentences.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Strings = std::vector<std::string>;

Answer Ask(const Question& question) {
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

// The sections for conversations of one message each, a month apart, the newest last; MEMORY holds
// what was said.
ordered_json SectionsOf(const Strings& said) {
  std::string sample;
  std::string bullets;
  for (std::size_t i = 0; i < said.size(); ++i) {
    sample += "=== Conversation: \"A\" (2024-0" + std::to_string(i + 1) +
              "-20) ===\nUser: " + said[i] + "\n\n";
    bullets = "- " + said[i] + "\n" + bullets;
  }
  return Sections(sample + kMemory + "## Personal Facts\n\n" + bullets);
}

// A document of facts in one category, a day apart, the newest last.
std::string Facts(const char* category, const Strings& texts) {
  json list = json::array();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    list.push_back({{"id", i}, {"text", texts[i]}, {"said", "2024-01-0" + std::to_string(i + 1)}});
  }
  return json{{"facts", {{category, list}}}}.dump();
}

// "0>1 ": fact 0 is overtaken by fact 1.
std::string Overtaken(const char* category, const Strings& texts) {
  const json answer = json::parse(Ask(Step::kChanges, Facts(category, texts)).text);
  std::string pairs;
  for (const json& pair : answer.at("superseded")) {
    pairs += pair.at("id").dump() + ">" + pair.at("by").dump() + " ";
  }
  return pairs;
}

// "1=Oslo 1-Rome ": slot 1 holds Oslo, and Rome no longer.
std::string Slots(const std::string& text) {
  std::string slots;
  const OwnWords own = ToOwnWords(text);
  for (const Reading& reading : ReadSlots(own.sentences.at(0))) {
    slots += std::to_string(static_cast<int>(reading.slot)) + (reading.over ? "-" : "=") +
             reading.value + " ";
  }
  return slots;
}

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
  for (const Step step :
       {Step::kFacts, Step::kChanges, Step::kReduce, Step::kMemory, Step::kName}) {
    const Answer answer = Ask(step, "{");
    EXPECT_EQ(answer.outcome, Outcome::kFailed) << StepName(step);
    EXPECT_FALSE(answer.reason.empty());
  }
}

TEST(Offline, ItJudgesNoProfile) {
  EXPECT_EQ(Ask(Step::kEvaluate, "{}").outcome, Outcome::kFailed);
  EXPECT_EQ(Ask(Step::kEvaluate, "{}").reason, "the offline model cannot judge a profile");
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

// The forms that a phrase of kCueLists stands for.
Strings FormsOf(const std::string& phrase) {
  if (phrase.ends_with('+')) {
    Strings forms = FormsOf(phrase.substr(0, phrase.size() - 1));
    for (const std::string& form : Strings(forms)) forms.push_back(form + "s");
    return forms;
  }
  if (!phrase.starts_with("@ ")) return {phrase};
  const bool am = phrase.starts_with("@ am ");
  return {"i" + phrase.substr(1), am ? "we are" + phrase.substr(4) : "we" + phrase.substr(1)};
}

TEST(OfflineLexicon, HasNoPhraseTwiceAndNoneThatNoTextHolds) {
  for (const CueList& list : kCueLists) {
    for (const std::string_view phrase : Split(list.phrases, '|')) {
      for (const std::string& form : FormsOf(std::string(phrase))) {
        const std::vector<Hit> hits = FindCues(ToWords(form));
        const auto found = std::count_if(hits.begin(), hits.end(),
                                         [&](const Hit& hit) { return hit.list->cue == list.cue; });
        EXPECT_EQ(found, 1) << form;
      }
    }
  }
}

TEST(OfflineLexicon, WordsAreWrittenOut) {
  std::string texts;
  for (const Word& word : ToWords("I’m sure she can't; it's my wife's, I'd say 我爱 'tea'."))
    texts += word.text + " ";
  EXPECT_EQ(texts, "i am sure she can not ; it s my wife s , i would say 我 爱 tea . ");
}

TEST(OfflineSlots, ReadWhatIsSaidPlainly) {
  EXPECT_EQ(Slots("Hi, I'm Emily and I live in San Francisco, California."),
            "0=Emily 1=San Francisco, California ");
  EXPECT_EQ(Slots("My name is Tom Baker."), "0=Tom Baker ");
  EXPECT_EQ(Slots("I'm a landscape architect based in Porto."), "2=landscape architect 1=Porto ");
  EXPECT_EQ(Slots("I work as a head nurse at St Mary."), "2=head nurse ");
  EXPECT_EQ(Slots("As an ojek driver, I am often late."), "2=ojek driver ");
  EXPECT_EQ(Slots("I'm 34 and tired."), "3=34 ");
  EXPECT_EQ(Slots("My husband Ben is late."), "4=husband Ben ");
  EXPECT_EQ(Slots("I have been vegan since 2015."), "5=vegan ");
  EXPECT_EQ(Slots("I speak Dutch and a little French."), "6=Dutch 6=French ");
  EXPECT_EQ(Slots("I have two daughters, Ana and Eva."), "7=two daughters: Ana and Eva ");
  EXPECT_EQ(Slots("It was my daughter Sara's birthday."), "7=daughter Sara ");
  EXPECT_EQ(Slots("My favourite color is green."), "8=color: green ");
  EXPECT_EQ(Slots("I love hiking."), "9=hiking ");
  EXPECT_EQ(Slots("I no longer live in Madrid."), "1-Madrid ");
  EXPECT_EQ(Slots("We moved to Slack last year."), "");
  EXPECT_EQ(Slots("I don't drink coffee anymore."), "9-coffee ");
  EXPECT_EQ(Slots("你好，我叫陈阳，我住在上海。"), "0=陈阳 1=上海 ");
  EXPECT_EQ(Slots("我是一名律师。"), "2=律师 ");
}

TEST(OfflineSlots, PreferNothingToAGuess) {
  for (const char* text :
       {"I'm Dutch.", "I'm a beginner.", "I'm a terrible cook.", "I'm 20 minutes late.",
        "I live in fear.", "I'm not sure I live in Rome.", "He lives in Rome.", "Is my name Tom?",
        "I'm here.", "As a lawyer, you know my rights.", "I run into walls.", "Hi, I'm back."}) {
    EXPECT_EQ(Slots(text), "") << text;
  }
}

TEST(OfflineChanges, ANewerValueOfASlotOvertakes) {
  EXPECT_EQ(Overtaken("person",
                      {"I live in Lisbon", "I work as a nurse", "I am single", "I live in Berlin",
                       "I work as an analyst at Siemens", "My husband Ben is kind"}),
            "0>3 1>4 2>5 ");
  EXPECT_EQ(Overtaken("person", {"My name is Ana", "My name is Ana Costa", "I live in Lisbon",
                                 "I live in Lisbon, Portugal"}),
            "");
  EXPECT_EQ(Overtaken("preferences", {"I am a vegetarian", "I am no longer vegetarian"}), "0>1 ");
}

TEST(OfflineChanges, SentencesThatSayMoreThanOneThing) {
  EXPECT_EQ(Overtaken("person", {"I'm single, I have a boyfriend called Tom at the moment",
                                 "My husband Ben is from Hamburg, we got married in March"}),
            "0>1 ");
  EXPECT_EQ(
      Overtaken("person", {"I work as a nurse at a children hospital",
                           "I moved to Berlin last month, I now work as an analyst at Siemens"}),
      "0>1 ");
  EXPECT_EQ(
      Overtaken("preferences", {"I'm a vegetarian since school", "I'm not a vegetarian anymore"}),
      "0>1 ");
}

TEST(OfflineChanges, WhatEndsOvertakesTheSameThing) {
  EXPECT_EQ(Overtaken("preferences",
                      {"I love coffee", "I love tea", "I go running every morning",
                       "I no longer drink coffee", "I stopped running because of my knee"}),
            "0>3 2>4 ");
  EXPECT_EQ(Overtaken("preferences", {"I no longer drink coffee", "I love coffee again"}), "");
}

TEST(OfflineChanges, WhatWasSaidThriceYieldsOnlyToAWordOfChange) {
  const Strings old = {"I live in Jakarta", "I live in Jakarta with my kids", "We live in Jakarta"};
  Strings texts = old;
  texts.push_back("I live in Texas");
  EXPECT_EQ(Overtaken("person", texts), "");
  texts.back() = "I moved to Texas";
  EXPECT_EQ(Overtaken("person", texts), "0>3 1>3 2>3 ");
}

TEST(OfflineMemory, TheBestOnceAndWhatChanged) {
  json facts = json::parse(
      Facts("person", {"I love my dog and jazz!", "I love my dog and jazz.", "I live in Berlin"}));
  facts["facts"]["person"][2]["before"] = {{{"text", "I live in Lisbon"}, {"said", "2023-05-02"}}};
  EXPECT_EQ(Ask(Step::kMemory, facts.dump()).text,
            "## Personal Facts\n\n- I live in Berlin (before: I live in Lisbon, 2023-05-02)\n"
            "- I love my dog and jazz.\n\n"
            "## Preferences\n\nNo data yet.\n\n## Projects\n\nNo data yet.\n\n"
            "## Important Dates\n\nNo data yet.\n\n## Beliefs & Values\n\nNo data yet.\n\n"
            "## Decisions & Context\n\nNo data yet.");
}

TEST(OfflineMemory, LastWeekHasItsDay) {
  const std::string text = Ask(Step::kMemory, Facts("person", {"I got married last week"})).text;
  EXPECT_NE(text.find("- I got married last week (said 2024-01-01)\n"), std::string::npos) << text;
}

TEST(OfflineMemory, TakesWhatTellsMostAndFillsItsRoom) {
  json list = json::array();
  for (int i = 0; i < 2000; ++i) {
    const std::string n = std::to_string(i);
    list.push_back({{"text", "Note w" + n + " x" + n + " y" + n}});
  }
  list.push_back({{"text", "My name is Emily and I live in Oslo with my husband Ben"}});
  const std::string text = Ask(Step::kMemory, json{{"facts", {{"person", list}}}}.dump()).text;
  EXPECT_NE(text.find("Emily"), std::string::npos);
  EXPECT_GT(text.size(), 5000U);
  EXPECT_LE(text.size(), 12000U);
}

TEST(OfflineReduce, TheBetterHalfStays) {
  const Answer answer = Ask(Step::kReduce, R"({"facts":{"person":[
      {"id":0,"text":"I see","importance":1},{"id":1,"text":"I work as a nurse in Oslo"},
      {"id":2,"text":"I work as a nurse, in Oslo"}],
      "beliefs":[{"id":3,"text":"I believe family comes first"}]}})");
  EXPECT_EQ(json::parse(answer.text),
            json::parse(R"({"person":[{"text":"I work as a nurse in Oslo","from":[1]}],
                            "beliefs":[{"text":"I believe family comes first","from":[3]}]})"));
}

TEST(OfflineSections, EveryFieldOfTheSchemaInItsOrder) {
  std::string fields;
  const ordered_json sections = Sections(kMemory + "## Preferences\n\nNo data yet.\n");
  for (const auto& [section, values] : sections.items()) {
    for (const auto& [field, value] : values.items()) fields += section + "." + field + " ";
  }
  EXPECT_EQ(fields.find("soul.communication_style soul.personality_traits "), 0U);
  EXPECT_EQ(std::count(fields.begin(), fields.end(), ' '), 28);
}

TEST(OfflineSections, WithoutEvidenceNothingIsClaimed) {
  const ordered_json sections = SectionsOf({"Hm."});
  EXPECT_EQ(sections.at("user").at("name"), "not enough data");
  EXPECT_EQ(sections.at("user").at("interests"), ordered_json::array());
  EXPECT_EQ(sections.at("soul").at("communication_style"), "not enough data");
  EXPECT_EQ(sections.at("soul").at("personality_traits"), ordered_json::array());
}

TEST(OfflineSections, FiguresInPlainWords) {
  const ordered_json sections = SectionsOf(
      {"What is tea? Thanks!", "What is jazz? Please!", "Why? Can you recommend a book?"});
  EXPECT_EQ(sections.at("soul").at("communication_style"),
            "messages are mostly short; often asks questions");
  EXPECT_EQ(sections.at("soul").at("personality_traits"),
            ordered_json::array({"polite: often says please or thanks"}));
  EXPECT_EQ(sections.at("tools").at("likely_usage"),
            ordered_json::array({"asking for suggestions"}));
  EXPECT_EQ(sections.dump().find('%'), std::string::npos);
}

TEST(OfflineSections, OnlyRealLabelsSaySomething) {
  const ordered_json sections = Sections(
      "=== Conversation: \"A\" (2024-03-20) ===\nUser: Tea.\nThanks.\n User: No.\n"
      "=== Conversation: \"B\" (2024-03-20) ===\nAssistant: Why?\nWhy?\nUser: Tea.\nUser: Tea." +
      kMemory);
  EXPECT_EQ(sections.at("soul").at("communication_style"), "messages are mostly short");
  EXPECT_EQ(sections.at("soul").at("personality_traits"),
            ordered_json::array({"polite: often says please or thanks"}));
}

TEST(OfflineSections, WhoTheUserIsComesFromMemory) {
  const ordered_json user =
      Sections("=== Conversation: \"A\" (2024-03-20) ===\nUser: I live in Rome.\n" + kMemory +
               "## Personal Facts\n\n- I moved to Oslo (before: I live in Rome, 2023-05-02)\n"
               "- My husband Ben is late (said 2024-03-20)\n- I am single\n\n## Preferences\n\n"
               "- I love chess\n")
          .at("user");
  EXPECT_EQ(user.at("location"), "Oslo");
  EXPECT_EQ(user.at("relationships"), ordered_json::array({"husband Ben"}));
  EXPECT_EQ(user.at("interests"), ordered_json::array({"chess"}));
}

TEST(OfflineSections, ThreeJobsSaidOnceEachAreNone) {
  const auto job = [](const char* last) {
    return SectionsOf({"I am a nurse.", "I am a lawyer.", last}).at("user").at("occupation");
  };
  EXPECT_EQ(job("I am a pilot."), "not enough data");
  EXPECT_EQ(job("I am a pilot now."), "pilot");
}

TEST(OfflineSections, TheAssistantKeepsItsName) {
  const auto name = [](const ordered_json& sections) {
    return sections.at("identity").at("ai_name").get<std::string>();
  };
  const ordered_json sections = SectionsOf({"My name is Emily.", "I love chess."});
  EXPECT_EQ(name(sections),
            name(SectionsOf({"My name is Emily.", "I love chess.", "I love tea."})));
  EXPECT_EQ(json::parse(Ask(Step::kName, sections.dump()).text).at("ai_name"), name(sections));
  EXPECT_NE(name(sections), name(SectionsOf({"My name is Tom."})));
}

TEST(OfflineSections, TheGreetingIsInTheUsersLanguage) {
  const auto greeting = [](const std::string& said) {
    return SectionsOf({said}).at("identity").at("signature_greeting").get<std::string>();
  };
  EXPECT_EQ(greeting("Hello, my name is Emily."), "Hello Emily, what is on your mind today?");
  EXPECT_EQ(greeting("The weather is fine."), "Hello, what is on your mind today?");
  EXPECT_EQ(greeting("你好，我叫陈阳。"), "你好陈阳，今天想聊些什么？");
  EXPECT_EQ(greeting("Ich habe eine Frage und das ist nicht einfach."),
            "Hallo, worüber sprechen wir heute?");
}

TEST(OfflineSections, AnyTextIsSurvived) {
  for (const char* material :
       {"", "\n", "User: x", "=== Conversation: \"", "=== Conversation: \")(", "- x",
        "=== Conversation: \"A\" (2024-03-20) ===", "## MEMORY", "## MEMORY\n- ** x"}) {
    EXPECT_EQ(Ask(Step::kSections, material).outcome, Outcome::kAnswered) << material;
  }
}

}  // namespace
}  // namespace soulprint
