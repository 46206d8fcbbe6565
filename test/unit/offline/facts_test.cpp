// The facts that the offline model extracts from a user's messages, and texts without facts.

#include "offline/facts.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/types.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

json Ask(const json& messages, const std::string& date = "2024-03-20") {
  const json material = {
      {"conversation", {{"title", "A chat"}, {"date", date}, {"messages", messages}}}};
  return json::parse(AnswerFacts(material.dump()));
}

json Said(const std::string& text) { return Ask({{{"role", "user"}, {"text", text}}}); }

Texts Column(const json& answer, const std::string& category, const std::string& field) {
  Texts texts;
  for (const json& item : answer.at(category)) texts.push_back(item.at(field));
  return texts;
}

Texts Preferences(const std::string& text) { return Column(Said(text), "preferences", "text"); }
Texts Projects(const std::string& text) { return Column(Said(text), "projects", "name"); }
Texts Beliefs(const std::string& text) { return Column(Said(text), "beliefs", "text"); }
Texts Decisions(const std::string& text) { return Column(Said(text), "decisions", "decision"); }

std::size_t CountFacts(const json& answer) {
  std::size_t count = 0;
  for (const auto& [category, items] : answer.items()) count += items.size();
  return count;
}

void ExpectNothing(const std::string& text) {
  const json answer = Said(text);
  EXPECT_EQ(CountFacts(answer), 0u) << text << "\n" << answer.dump(1);
}

TEST(OfflineFacts, NothingThatTheAssistantSaidIsAFact) {
  const json answer = Ask({{{"role", "assistant"}, {"text", "My name is Ada. I love sailing."}},
                           {{"role", "user"}, {"text", "Good to know."}}});
  EXPECT_EQ(CountFacts(answer), 0u) << answer.dump();
}

TEST(OfflineFacts, WhatIsNotTheUserSpeakingInEarnestIsNoFact) {
  ExpectNothing("> I love sailing and chess.");
  ExpectNothing("```\nI love sailing\n```");
  ExpectNothing("```\nI love sailing");
  ExpectNothing("Translate this to French: I love sailing. My name is Ada.");
  ExpectNothing("Summarize the following:\n\nI live in Paris. I hate opera.");
  ExpectNothing("You are a pirate. I love the sea. I live in Tortuga.");
  ExpectNothing("Pretend I am a king. I live in Camelot. I love jousting.");
  ExpectNothing("Act as a doctor. I like surgery.");
  ExpectNothing("Write a letter as a soldier: I love my wife Anna. I live in Verdun.");
  ExpectNothing("Write a poem that says I love sailing.");
  ExpectNothing("User: I love sailing\nAssistant: And chess?\nUser: I hate chess");
  ExpectNothing(" User: I love sailing");
  ExpectNothing("Bob: I love sailing\nEve: I love chess");
  ExpectNothing("She wrote \"I love sailing and I have never been as happy as on my boat\".");
  ExpectNothing("<p>I love sailing</p>");
}

TEST(OfflineFacts, ARolePlayLastsToTheEndOfTheConversation) {
  const json answer = Ask({{{"role", "user"}, {"text", "Let's roleplay, I'm a vampire."}},
                           {{"role", "user"}, {"text", "I love blood. I live in Prague."}}});
  EXPECT_EQ(CountFacts(answer), 0u) << answer.dump();
}

TEST(OfflineFacts, APastedDocumentIsNotTheUsersLife) {
  std::string document;
  for (int i = 0; i < 60; ++i) document += "The committee met on the second floor of the house. ";
  ExpectNothing("What is this about\n" + document + "\nI love sailing, said the chairman.\n" +
                document + "\nThanks");
}

TEST(OfflineFacts, HypothesesQuestionsAndReportedSpeechAreNoFacts) {
  ExpectNothing("If I liked sailing, I would love the sea.");
  ExpectNothing("What if I love chess?");
  ExpectNothing("Imagine I live in Rome.");
  ExpectNothing("Suppose I hate sailing, what then?");
  ExpectNothing("My friend says I love pizza.");
  ExpectNothing("He told me that I like chess too much.");
  ExpectNothing("Do you think I like chess?");
  ExpectNothing("Should I learn chess?");
  ExpectNothing("I would like some tea.");
  ExpectNothing("I wish I loved chess.");
  ExpectNothing("The song I love is playing.");
}

TEST(OfflineFacts, NothingIsSaidAboutTheChat) {
  ExpectNothing("I love it! I like your advice. I enjoy chatting with you.");
  ExpectNothing("I will try your suggestions. I'll check it out.");
  ExpectNothing("I think so. I think that's great. I think you are right.");
  ExpectNothing("I like how you explain things. I like the plot.");
  ExpectNothing("I'm happy. I'm Dutch. I'm tired today.");
  ExpectNothing("I want to ask you something. I want to talk about it.");
}

TEST(OfflineFacts, ListsAreTakenApart) {
  EXPECT_EQ(Preferences("I like hiking, long-distance running, basketball, military history "
                        "research, and rock climbing."),
            (Texts{"Likes hiking", "Likes long-distance running", "Likes basketball",
                   "Likes military history research", "Likes rock climbing"}));
  EXPECT_EQ(Preferences("My hobbies are chess, tea tasting and sewing!"),
            (Texts{"Likes chess", "Likes tea tasting", "Likes sewing"}));
  EXPECT_EQ(Preferences("I like activities such as judo and archery."),
            (Texts{"Likes judo", "Likes archery"}));
}

TEST(OfflineFacts, ThingsEndWithTheirClause) {
  EXPECT_EQ(Preferences("I love jazz, but you know that."), Texts{"Likes jazz"});
  EXPECT_EQ(Preferences("I love jazz because it calms me"), Texts{"Likes jazz"});
  EXPECT_EQ(Preferences("I love jazz and I have a question."), Texts{"Likes jazz"});
  EXPECT_EQ(Preferences("i really love jazz a lot"), Texts{"Likes jazz"});
  EXPECT_EQ(Preferences("I like to listen to jazz with my friends and family."),
            Texts{"Likes to listen to jazz with their friends and family"});
  EXPECT_EQ(Preferences("I love jazz, do you like it too?"), Texts{"Likes jazz"});
  EXPECT_EQ(Preferences("I'm a huge fan of The Beatles."), Texts{"Likes The Beatles"});
  EXPECT_EQ(Preferences("I'm into \xE2\x80\x9CTwin Peaks\xE2\x80\x9D."),
            Texts{"Likes \xE2\x80\x9CTwin Peaks\xE2\x80\x9D"});
}

TEST(OfflineFacts, NegationAndThePastAreHeard) {
  EXPECT_EQ(Preferences("I don't like cilantro."), Texts{"Dislikes cilantro"});
  EXPECT_EQ(Preferences("I don\xE2\x80\x99t like cilantro."), Texts{"Dislikes cilantro"});
  EXPECT_EQ(Preferences("I can't stand noise"), Texts{"Can't stand noise"});
  EXPECT_EQ(Preferences("I'm allergic to peanuts and shrimp."),
            (Texts{"Allergic to peanuts", "Allergic to shrimp"}));
  EXPECT_EQ(Preferences("I used to smoke"), Texts{"Used to smoke"});
  EXPECT_EQ(Preferences("I'm not into opera."), Texts{"Dislikes opera"});
}

TEST(OfflineFacts, HabitsAndActivities) {
  EXPECT_EQ(Preferences("I usually drink tea in the morning."),
            Texts{"Usually drinks tea in the morning"});
  EXPECT_EQ(Preferences("Yesterday I went for a run."), Texts{"Spends time running"});
  EXPECT_EQ(Preferences("My favorite color is green."), Texts{"Favorite color is green"});
  EXPECT_EQ(Preferences("Knitting is my passion."), Texts{"Likes Knitting"});
}

TEST(OfflineFacts, WhoTheUserIs) {
  EXPECT_EQ(Preferences("Hello, my name is Emily. Nice to meet you."), Texts{"Name is Emily"});
  EXPECT_EQ(Preferences("Hi, I'm Gary."), Texts{"Name is Gary"});
  EXPECT_EQ(Preferences("I live in Berlin."), Texts{"Lives in Berlin"});
  EXPECT_EQ(Preferences("I'm from San Francisco, California."),
            Texts{"Is from San Francisco, California"});
  EXPECT_EQ(Preferences("I work as a nurse."), Texts{"Is a nurse"});
  EXPECT_EQ(Preferences("I'm a senior software engineer at Initech."),
            Texts{"Is a senior software engineer"});
  EXPECT_EQ(Preferences("My dog Rex is ill."), Texts{"Their dog is called Rex"});
  EXPECT_EQ(Preferences("I have two kids."), Texts{"Has two kids"});
  EXPECT_EQ(Preferences("I'm 34 years old."), Texts{"Is 34 years old"});
  EXPECT_EQ(Preferences("I'm vegan."), Texts{"Is vegan"});
}

TEST(OfflineFacts, ProjectsBeliefsDecisions) {
  EXPECT_EQ(Projects("I'm working on a novel, but slowly."), Texts{"Working on a novel"});
  EXPECT_EQ(Projects("Recently I've been learning how to cook."), Texts{"Learning to cook"});
  EXPECT_EQ(Projects("I'm planning a trip to New Zealand."),
            Texts{"Planning a trip to New Zealand"});
  EXPECT_EQ(Beliefs("I think museums are definitely worth revisiting."),
            Texts{"Believes that museums are definitely worth revisiting"});
  EXPECT_EQ(Decisions("I decided to quit smoking."), Texts{"Decided to quit smoking"});
  EXPECT_EQ(Decisions("I quit my job."), Texts{"Quit their job"});
  const json answer = Said("I decided to move to Oslo because rents are lower there.");
  EXPECT_EQ(answer.at("decisions").at(0).at("context"), "because rents are lower there");
}

TEST(OfflineFacts, DatesAreExactWhereTheyCanBe) {
  const auto date = [](const std::string& text, const std::string& spoken_on) {
    const json dates = Ask({{{"role", "user"}, {"text", text}}}, spoken_on).at("dates");
    return dates.size() == 1 ? dates[0].at("event").get<std::string>() + " | " +
                                   dates[0].at("date").get<std::string>()
                             : dates.dump();
  };
  const std::string wednesday = "2024-03-20";
  EXPECT_EQ(date("My interview is on Friday.", wednesday), "Interview | 2024-03-22");
  EXPECT_EQ(date("My exam is on Wednesday.", wednesday), "Exam | 2024-03-27");
  EXPECT_EQ(date("My interview is tomorrow.", "2024-02-28"), "Interview | 2024-02-29");
  EXPECT_EQ(date("My exam is in two weeks.", wednesday), "Exam | 2024-04-03");
  EXPECT_EQ(date("My exam is next week.", wednesday), "Exam | next week (said 2024-03-20)");
  EXPECT_EQ(date("My exam is tomorrow.", "unknown date"), "Exam | tomorrow");
  EXPECT_EQ(date("My birthday is March 3rd.", wednesday), "Birthday | March 3rd");
  EXPECT_EQ(date("Today is my birthday!", wednesday), "Birthday | 2024-03-20");
  EXPECT_EQ(date("I graduated in 2018.", wednesday), "Graduated | 2018");
  EXPECT_EQ(date("I may march on.", wednesday), "[]");
}

TEST(OfflineFacts, QuotesAreTheUsersOwnWords) {
  EXPECT_EQ(Said("I love jazz. And you?").at("preferences").at(0).at("quote"), "I love jazz.");
  std::string longer = "I love jazz";
  for (int i = 0; i < 60; ++i) longer += " and \xC3\xA9t\xC3\xA9";
  const json answer = Said(longer);
  ASSERT_FALSE(answer.at("preferences").empty());
  for (const json& fact : answer.at("preferences")) {
    const std::string quote = fact.at("quote");
    EXPECT_LE(quote.size(), 400u);
    EXPECT_NE(longer.find(quote), std::string::npos) << quote;
  }
}

TEST(OfflineFacts, Chinese) {
  EXPECT_EQ(Preferences("你好，我叫陈阳。我喜欢滑板、攀岩和街舞。"),
            (Texts{"名字是陈阳", "喜欢滑板", "喜欢攀岩", "喜欢街舞"}));
  EXPECT_EQ(Preferences("我不喜欢香菜。"), Texts{"不喜欢香菜"});
  ExpectNothing("如果我喜欢滑板，你会怎么说？");
  ExpectNothing("我喜欢你的建议。");
}

TEST(OfflineFacts, AllFiveCategoriesAreAlwaysThere) {
  EXPECT_EQ(AnswerFacts(R"({"conversation":{"title":"","date":"unknown date","messages":[]}})"),
            R"({"preferences":[],"projects":[],"dates":[],"beliefs":[],"decisions":[]})");
}

TEST(OfflineFacts, HostileTextEndsQuicklyAndSafely) {
  for (const std::string piece : {"I ", "I like ", "my ", "\"", "'", "i,", "``` ", "a, ", "and ",
                                  "\xE2\x80\x9C", "\xE6\x88\x91", "= ", "I think ", "? ", "in "}) {
    std::string text;
    while (text.size() < 8000) text += piece;
    EXPECT_NO_THROW(Said(text)) << piece;
  }
}

TEST(OfflineFacts, OtherMaterialIsAnError) {
  for (const std::string material : {"", "[]", "{}", "{\"conversation\":1}", "not JSON"}) {
    EXPECT_THROW(AnswerFacts(material), Error) << material;
  }
}

}  // namespace
}  // namespace soulprint
