// What the offline model notes of what a user says, and what it leaves alone.

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "offline/offline_model.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using Strings = std::vector<std::string>;

json Ask(const json& messages, const std::string& date) {
  const json material = {
      {"conversations", {{{"title", "T"}, {"date", date}, {"messages", messages}}}}};
  return json::parse(AnswerFacts(material.dump()));
}

json Said(const std::string& text) {
  return Ask({{{"role", "user"}, {"text", text}}}, "2024-03-20");
}

// The quotes of all facts, category after category.
Strings Quotes(const json& answer) {
  Strings quotes;
  for (const char* category :
       {"person", "preferences", "projects", "dates", "beliefs", "decisions"}) {
    for (const json& fact : answer.at(category)) quotes.push_back(fact.at("quote"));
  }
  return quotes;
}

struct Trap {
  const char* said;
  const char* may_be_noted;  // a regular expression for each fact; nullptr = nothing may be noted
};

// Sentences that mislead, and plain ones that look like them.
constexpr std::array<Trap, 48> kTraps = {{
    // negation and doubt
    {"I'm not sure I enjoy these long meetings.", nullptr},
    {"I don't think I love that restaurant.", nullptr},
    {"I no longer work at the bank.", "no longer"},
    {"I don't eat meat anymore.", "anymore"},
    {"I rarely watch movies.", "rarely"},
    {"I used to smoke a pack a day.", "used to"},
    // idioms
    {"I ran into a problem with the build.", nullptr},
    {"We should play it by ear this weekend.", nullptr},
    {"I'm dying for a coffee.", nullptr},
    {"I was absolutely cooked after that exam.", nullptr},
    {"Let's not beat around the bush.", nullptr},
    // this chat
    {"I like the third option better.", nullptr},
    {"I love how you wrote the first paragraph.", nullptr},
    {"I prefer the shorter version of this text.", nullptr},
    {"I think the table needs another column.", nullptr},
    // words of others
    {"She said: I live in Ohio and I love it.", nullptr},
    {"My boss told me I am a genius.", nullptr},
    {"I no longer drink coffee, my doctor told me so.", "no longer"},
    {"My sister is a dentist.", "sister"},
    {"My neighbor plays the trumpet every night.", "neighbor"},
    // hypotheses
    {"If I lived in Paris, I would go to the Louvre.", nullptr},
    {"Imagine I am a king with three sons.", nullptr},
    {"Let's say I work as a plumber and I earn 40000.", nullptr},
    {"What if I were allergic to nuts?", nullptr},
    // pasted texts, orders
    {"Translate into French: My name is Paul and I am a baker.", nullptr},
    {"Correct this text. I has been a teacher since ten years.", nullptr},
    {"Dear Mr Miller, I am a landlord and I own three houses.", nullptr},
    {"Write a poem from the perspective of a sailor. I love the sea.", nullptr},
    {"Here is the email:\nHello everyone, I'm Tom and I live in Dublin.\nBest regards", nullptr},
    {"You are a pirate. I am your captain and my wife is a mermaid.", nullptr},
    {"Turn into third person: I am a nurse in Ghent and I love my job.", nullptr},
    {"You are my landlord. I am the tenant and my boiler is broken.", nullptr},
    {"Write me a resume. I am an electrician with two kids.", "electrician"},
    {"Tell me everything about my friends in Berlin and jazz music.", nullptr},
    {"What I love most is hiking with my sons.", "hiking"},
    // plain
    {"I live in Porto, where can I surf?", "^I live in Porto$"},
    {"I have type 1 diabetes so can I run a marathon?", "^I have type 1 diabetes$"},
    {"I was born in Krakow but we moved to Dublin in 2009.", "Krakow"},
    {"I'm a vet and my wife Carla teaches biology.", "vet|Carla"},
    {"I turned 52 in May.", "52"},
    {"I'm allergic to peanuts.", "peanuts"},
    {"I play the cello in an orchestra every Thursday.", "cello"},
    {"My daughter Mia was diagnosed with asthma.", "Mia"},
    {"We have two dogs, Rex and Luna.", "dogs"},
    {"I can't stand cilantro.", "cilantro"},
    {"I speak Polish and a little German.", "Polish"},
    {"I'm saving up for a camper van.", "camper"},
    {"I develop software for a hospital in Ghent.", "software"},
}};

TEST(OfflineFacts, Traps) {
  for (const Trap& trap : kTraps) {
    const Strings noted = Quotes(Said(trap.said));
    EXPECT_EQ(noted.empty(), trap.may_be_noted == nullptr) << trap.said;
    for (const std::string& quote : noted) {
      if (trap.may_be_noted == nullptr) break;
      EXPECT_TRUE(std::regex_search(quote, std::regex(trap.may_be_noted))) << quote;
    }
  }
}

TEST(OfflineFacts, AFactIsTheUsersSentenceAndItsQuote) {
  EXPECT_EQ(Said("Okay, so I live in Porto with my two cats! And you?").at("person"),
            json::parse(R"([{"quote":"I live in Porto with my two cats","importance":3,
                             "text":"I live in Porto with my two cats"}])"));
}

TEST(OfflineFacts, EachCategory) {
  EXPECT_EQ(Said("I love hiking every weekend.").at("preferences").size(), 1U);
  EXPECT_EQ(Said("I am working on my novel.").at("projects").at(0).at("name"),
            "I am working on my novel");
  EXPECT_EQ(Said("I decided to study in Rome.").at("decisions").at(0).at("decision"),
            "I decided to study in Rome");
  EXPECT_EQ(Said("I believe honesty is important to me.").at("beliefs").size(), 1U);
}

TEST(OfflineFacts, EachStatementIsAFactOfItsOwn) {
  EXPECT_EQ(Quotes(Said("My name is Marta, I live in Lisbon and I work as a nurse.")),
            (Strings{"I work as a nurse", "My name is Marta", "I live in Lisbon"}));
}

TEST(OfflineFacts, ALetterIsOfTheUserAStoryIsNot) {
  const json answer = Said("Write a cover letter. I am a nurse with ten years in hospitals.");
  EXPECT_EQ(Quotes(answer), Strings{"I am a nurse with ten years in hospitals"});
  EXPECT_EQ(Quotes(Said("Write a story. I am a nurse with ten years in hospitals.")), Strings{});
}

TEST(OfflineFacts, DatesAreReckonedFromTheDayOfTheMessage) {
  const auto date = [](const std::string& text) {
    const json dates =
        Ask({{{"role", "user"}, {"date", "2024-03-20"}, {"text", text}}}, "2022-01-01").at("dates");
    return dates.empty() ? "none" : dates.at(0).at("date").get<std::string>();
  };
  EXPECT_EQ(date("I got the results of my exam yesterday."), "2024-03-19");
  EXPECT_EQ(date("I got the results of my exam today."), "2024-03-20");
  EXPECT_EQ(date("我明天去面试新工作。"), "2024-03-21");
  EXPECT_EQ(date("I graduated in 2018."), "2018");
  EXPECT_EQ(date("I passed my exam on 2024-05-03."), "2024-05-03");
}

TEST(OfflineFacts, WithoutADayThereIsNoDate) {
  const json answer =
      Ask({{{"role", "user"}, {"text", "I attended a concert yesterday."}}}, "unknown date");
  EXPECT_TRUE(answer.at("dates").empty());
  EXPECT_EQ(Quotes(answer).size(), 1U);
}

TEST(OfflineFacts, SeveralConversationsInOneQuestion) {
  const json answer = json::parse(AnswerFacts(R"({"conversations":[
      {"title":"A","date":"2024-03-20","messages":[{"role":"user","text":"I love chess and tea."}]},
      {"title":"B","date":"2024-03-21","messages":[
          {"role":"user","text":"Pretend to be a king."}, {"role":"user","text":"I love my castle and wine."}]},
      {"title":"C","date":"2024-03-22","messages":[
          {"role":"assistant","text":"I love sailing boats."}, {"role":"user","text":"I live in Oslo."}]}]})"));
  EXPECT_EQ(Quotes(answer), (Strings{"I live in Oslo", "I love chess and tea"}));
}

TEST(OfflineFacts, FactsOfOneConversationAreBoundedAndDifferent) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    text += "I love a" + n + " and b" + n + " and c" + n + " and d" + n + ". ";
  }
  EXPECT_EQ(Quotes(Said(text)).size(), 12U);
  EXPECT_EQ(Quotes(Said("I love jazz and tea. I love tea and jazz! I love jazz, and tea")).size(),
            1U);
}

TEST(OfflineFacts, ALongSentenceIsCutAtAWordAndStillAQuote) {
  std::string text = "I love hiking";
  for (int i = 0; i < 60; ++i) text += " and été-à-la-campagne";
  const Strings noted = Quotes(Said(text));
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_LE(noted[0].size(), 400U);
  EXPECT_EQ(text.find(noted[0] + " "), 0U);
}

TEST(OfflineFacts, PastedLogsCodeAndDocumentsAreNotTheUser) {
  EXPECT_EQ(Quotes(Said("```\nI love my dog and jazz.\n```\n> I live in Rome.")), Strings{});
  EXPECT_EQ(Quotes(Said("Bob: I live in Rome.\nAnn: I love my dog and jazz.")), Strings{});
  std::string document = "I live in Oslo.\n";
  for (int i = 0; i < 60; ++i) document += "The committee met and the members heard of the year. ";
  document += "I love my dog Rex.\nThe end was near.";
  EXPECT_EQ(Quotes(Said(document)), Strings{"I live in Oslo"});
}

TEST(OfflineFacts, ChineseByTheSameEngine) {
  EXPECT_EQ(Quotes(Said("你好，我叫陈阳。我喜欢滑板、攀岩和街舞。")),
            (Strings{"你好，我叫陈阳", "我喜欢滑板、攀岩和街舞"}));
  EXPECT_EQ(Quotes(Said("如果我喜欢滑板，你会怎么说？")), Strings{});
  EXPECT_EQ(Quotes(Said("谢谢你的建议。")), Strings{});
}

TEST(OfflineFacts, AllSixCategoriesAreAlwaysThere) {
  EXPECT_EQ(
      AnswerFacts(R"({"conversations":[{"title":"","date":"unknown date","messages":[]}]})"),
      R"({"person":[],"preferences":[],"projects":[],"dates":[],"beliefs":[],"decisions":[]})");
}

TEST(OfflineFacts, HostileTextEndsQuicklyAndSafely) {
  for (const std::string piece :
       {"I ", "I like ", "my ", "\"", "'", "i,", "``` ", "a, ", "and ", "“", "我", "= ", "I think ",
        "? ", "in ", "my friend ", "I am ", "'' ", "I love tea. "}) {
    std::string text;
    while (text.size() < 8000) text += piece;
    EXPECT_NO_THROW(Said(text)) << piece;
  }
}

TEST(OfflineFacts, OtherMaterialIsAnError) {
  for (const char* material : {"", "[]", "{}", "{\"conversations\":1}", "not JSON"}) {
    EXPECT_THROW(AnswerFacts(material), json::exception) << material;
  }
}

}  // namespace
}  // namespace soulprint
