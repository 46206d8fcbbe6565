// Notes of other assistants, as the offline model reads them.

#include "offline/notes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "offline/offline_model.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

std::string First(const std::string& text) {
  const std::vector<Note> notes = ToNotes(text);
  return notes.empty() ? "" : notes[0].text;
}

TEST(ToNotes, WhatTheySayOfTheUserIsSaidByTheUser) {
  EXPECT_EQ(First("The user lives in Berlin."), "I live in Berlin.");
  EXPECT_EQ(First("- User's wife is Ana."), "My wife is Ana.");
  EXPECT_EQ(First("User also has two cats."), "I also have two cats.");
  EXPECT_EQ(First("User studies law."), "I study law.");
  EXPECT_EQ(First("User teaches chess."), "I teach chess.");
  EXPECT_EQ(First("User doesn't eat meat."), "I don't eat meat.");
  EXPECT_EQ(First("**Work context**\n\nArjun Mehta is a nurse. Arjun Mehta loves jazz."),
            "I am a nurse.");
  EXPECT_EQ(First("Preferred name: Robyn"), "My name is Robyn");
  EXPECT_EQ(First("I sail."), "I sail.");
  EXPECT_EQ(First("Users like it."), "Users like it.");
  EXPECT_EQ(First("The harbour is cold."), "The harbour is cold.");
  EXPECT_EQ(First("## Notes\n\nThings:\n"), "");
}

std::vector<std::string> Facts(const std::string& text,
                               const char* title = "saved memory of ChatGPT") {
  const json material = {
      {"conversations", {{{"title", title}, {"messages", {{{"role", "notes"}, {"text", text}}}}}}}};
  std::vector<std::string> facts;
  const json answer = json::parse(AnswerFacts(material.dump()));
  for (const auto& [category, list] : answer.items()) {
    for (const json& fact : list) {
      EXPECT_TRUE(fact.contains("text")) << fact;
      facts.push_back(fact.value("text", "") + " <- " + fact.at("quote").get<std::string>());
    }
  }
  return facts;
}

TEST(AnswerFacts, ReadsNotes) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(Facts("The user lives in Berlin."),
            (Strings{"I live in Berlin <- The user lives in Berlin."}));
  EXPECT_EQ(Facts("Prefers metric units."),
            (Strings{"Prefers metric units <- Prefers metric units."}));
  EXPECT_EQ(Facts("Be brief. Never apologize.", "custom instructions of ChatGPT"), Strings());
  EXPECT_EQ(Facts("I sail on weekends.", "custom instructions of ChatGPT"),
            (Strings{"I sail on weekends <- I sail on weekends."}));
  EXPECT_EQ(Facts(""), Strings());
  std::string many;
  for (int i = 0; i < 40; ++i)
    many += "The user has painted picture number " + std::to_string(i) + ".\n";
  EXPECT_EQ(Facts(many).size(), 40U) << "each note is a fact";
}

}  // namespace
}  // namespace soulprint
