// Gemini's activities: which are prompts, and which form one conversation.

#include "export/gemini.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "export/forms.hpp"

namespace soulprint {
namespace {

constexpr std::int64_t kMinute = 60 * 1000000;

// The messages of activities that are a file: each prompt, then | and the answer.
std::string Said(std::vector<Activity> activities) {
  std::string said;
  GeminiTalks talks(
      1 << 20,
      [&](RawConversation talk) {
        for (const RawNode& node : talk.nodes) {
          for (const RawMessage& message : node.messages) {
            said += (message.role == "user" ? "" : "|") + message.text;
          }
        }
      },
      [] {});
  for (Activity& activity : activities) talks.Add(std::move(activity));
  talks.Finish();
  return said;
}

std::string Said(const std::string& title, const std::string& answer = "", bool picture = false) {
  return Said({{title, answer, picture, std::nullopt}});
}

Activity ActivityOf(const std::string& members) {
  JsonTree tree({}, IsKeyOfAForm);
  std::string json = "{" + members + "}";
  EXPECT_EQ(tree.Read(&json), ParseResult::kRead) << members;
  return ReadActivity(&tree.root());
}

TEST(GeminiTitles, TakesThePromptOutOfTheTitle) {
  EXPECT_EQ(Said("Prompted hi there "), "hi there");
  EXPECT_EQ(Said("Prompted\u00A0hi"), "hi");
  EXPECT_EQ(Said("Live Prompt hi"), "hi");
  EXPECT_EQ(Said("Asked hi"), "hi");
  EXPECT_EQ(Said("Said hi"), "hi");
  EXPECT_EQ(Said("Prompt : hi"), "hi");
  EXPECT_EQ(Said("Prompt\u00A0: hi"), "hi");
  EXPECT_EQ(Said("Prompt:hi"), "hi");
  EXPECT_EQ(Said("Prompted :-) :"), ":-) :");
}

TEST(GeminiTitles, WhatWasDoneIsNotWhatWasSaid) {
  EXPECT_EQ(Said("Used an Assistant feature", "x"), "");
  EXPECT_EQ(Said("Gave feedback: x", "x"), "");
  EXPECT_EQ(Said("Cleared previous feedback", "x"), "");
  EXPECT_EQ(Said("Prompting is not a known word"), "");
  EXPECT_EQ(Said(""), "");
}

TEST(GeminiTitles, AnUnknownLanguageIsAPromptIfItWasAnswered) {
  EXPECT_EQ(Said("Gefragt: Wie geht es?", "Gut"), "Gefragt: Wie geht es?|Gut");
  EXPECT_EQ(Said("Gefragt: Wie geht es?"), "");
}

TEST(GeminiTitles, OldAndLongerVerbsAreCutOffInWhole) {
  EXPECT_EQ(Said("Branched Plan a trip"), "Plan a trip");
  EXPECT_EQ(Said("Prompted with: goats"), "goats");
  EXPECT_EQ(Said("Asked Gemini: hens"), "hens");
  EXPECT_EQ(Said("Asked Bard: bees"), "bees");
}

TEST(GeminiTitles, TheNoteOfAttachedFilesIsNotThePrompt) {
  EXPECT_EQ(Said("Prompted Compare these. Attached 2 files."), "Compare these.");
  EXPECT_EQ(Said("Prompted Attached 1 file.", "a", true), "[image]|a");
  EXPECT_EQ(Said("Prompted What is Attached 2 files?"), "What is Attached 2 files?");
  EXPECT_EQ(Said("Prompted Unattached 2 files."), "Unattached 2 files.");
}

TEST(GeminiTitles, TheVerbOfAnotherLanguageIsLearnedFromTheFile) {
  const auto file = [](const std::string& before, const std::string& after) {
    std::vector<Activity> all;
    int minute = 0;
    for (const char* prompt : {"I am a fisherman", "How do I dry cod", "Plan a trip"}) {
      all.push_back({before + prompt + after, ";", false, ++minute * kMinute});
    }
    all.push_back({before + "I keep goats" + after, "", false, ++minute * kMinute});
    all.push_back({"Etwas anderes", "", false, ++minute * kMinute});
    return Said(std::move(all));
  };
  const std::string said = "I am a fisherman|;How do I dry cod|;Plan a trip|;I keep goats";
  EXPECT_EQ(file("Eingegebener Prompt: ", ""), said);
  EXPECT_EQ(file("Spurte\u00A0", ""), said);
  EXPECT_EQ(file("\u300C", "\u300D\u3068\u5165\u529B"), said);
  EXPECT_EQ(file("", " diye sordunuz"), said);
}

TEST(ReadActivity, TakesTheAnswerAsTextInAnyShape) {
  EXPECT_EQ(ActivityOf(R"("safeHtmlItem":[{"html":"<p>a &amp; b</p><p>c</p>"},{"html":7}])").answer,
            "a & b\n\nc");
  EXPECT_EQ(ActivityOf(R"("safeHtmlItem":[{"html":"one"},{"html":"<br>"},"two"])").answer,
            "one\n\ntwo");
  EXPECT_EQ(ActivityOf(R"("safeHtmlItem":{"html":"one"})").answer, "one");
  EXPECT_EQ(ActivityOf(R"("safeHtmlItem":"one","description":"no")").answer, "one");
  EXPECT_EQ(
      ActivityOf(R"("safeHtmlItem":[{"html":"<p> </p>"}],"description":" plain < text ")").answer,
      "plain < text");
  EXPECT_EQ(Said("Prompted", "a"), "|a");
}

TEST(ReadActivity, SeesAPictureInAnyShape) {
  for (const char* picture :
       {R"("imageFile":"a.png")", R"("imageFile":["b.png"])",
        R"("imageFile":{"name":1,"title":""})", R"("attachedFiles":["x.pdf","c.jpeg"])"}) {
    EXPECT_TRUE(ActivityOf(picture).picture) << picture;
  }
  for (const char* none : {R"("imageFile":"")", R"("imageFile":[])", R"("imageFile":null)",
                           R"("attachedFiles":["x.pdf"])", R"("x":1)"}) {
    EXPECT_FALSE(ActivityOf(none).picture) << none;
  }
}

// The texts of the talks, with / after each.
std::string Talks(std::vector<std::pair<Time, std::string>> prompts,
                  std::size_t max_bytes = 1 << 20) {
  std::string texts;
  GeminiTalks talks(
      max_bytes,
      [&](RawConversation talk) {
        EXPECT_EQ(talk.created_at, talk.nodes.front().messages[0].at);
        for (const RawNode& node : talk.nodes) texts += node.messages[0].text.substr(0, 1);
        texts += "/";
      },
      [] {});
  for (auto& [at, prompt] : prompts) talks.Add({"Prompted " + prompt, "", false, at});
  talks.Finish();
  return texts;
}

TEST(GeminiTalks, HalfAnHourApartIsAnotherConversation) {
  EXPECT_EQ(Talks({{100 * kMinute, "c"}, {70 * kMinute, "b"}, {39 * kMinute, "a"}}), "bc/a/");
  EXPECT_EQ(Talks({}), "");
}

TEST(GeminiTalks, AreInTheOrderOfTheirTimesWhateverTheFiles) {
  EXPECT_EQ(Talks({{1 * kMinute, "a"}, {2 * kMinute, "b"}}), "ab/");
  EXPECT_EQ(Talks({{5, "b"}, {5, "a"}}), "ab/");
}

TEST(GeminiTalks, AConversationEndsBeforeItIsTooLarge) {
  EXPECT_EQ(Talks({{2, std::string(6000, 'b')}, {1, std::string(6000, 'a')}}, 10000), "b/a/");
}

TEST(GeminiTalks, HoldsAPartOfTheFileOnly) {
  std::size_t given = 0;
  GeminiTalks talks(
      1 << 20, [&](RawConversation) { ++given; }, [] {});
  for (std::int64_t i = 1; i <= 600; ++i) talks.Add({"Prompted x", "", false, i * 60 * kMinute});
  EXPECT_GT(given, 500u);
}

}  // namespace
}  // namespace soulprint
