// Gemini's activities: which are prompts, and which form one conversation.

#include "export/gemini.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

constexpr std::int64_t kMinute = 60 * 1000000;

// The messages of an activity with this title: the prompt, then | and the answer.
std::string Said(const std::string& title, const std::string& answer = "", bool picture = false) {
  RawConversation raw;
  raw.title = title;
  raw.activity.picture = picture;
  if (!answer.empty()) raw.activity.html = {answer};
  std::string said;
  for (const RawMessage& message : ActivityToMessages(raw)) {
    said += (message.role == "user" ? "" : "|") + message.text;
  }
  return said;
}

TEST(ActivityToMessages, TakesThePromptOutOfTheTitle) {
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

TEST(ActivityToMessages, WhatWasDoneIsNotWhatWasSaid) {
  EXPECT_EQ(Said("Used an Assistant feature", "x"), "");
  EXPECT_EQ(Said("Gave feedback: x", "x"), "");
  EXPECT_EQ(Said("Prompting is not a known word"), "");
  EXPECT_EQ(Said(""), "");
}

TEST(ActivityToMessages, AnUnknownLanguageIsAPromptIfItWasAnswered) {
  EXPECT_EQ(Said("Gefragt: Wie geht es?", "Gut"), "Gefragt: Wie geht es?|Gut");
  EXPECT_EQ(Said("Gefragt: Wie geht es?"), "");
}

TEST(ActivityToMessages, TakesTheAnswerAsText) {
  EXPECT_EQ(Said("Prompted q", "<p>a &amp; b</p><p>c</p>"), "q|a & b\n\nc");
  EXPECT_EQ(Said("Prompted", "a", true), "[image]|a");
  EXPECT_EQ(Said("Prompted", "a"), "|a");
  RawConversation raw;
  raw.title = "Prompted q";
  raw.activity.html = {"<p> </p>"};
  raw.activity.description = " plain < text ";
  EXPECT_EQ(ActivityToMessages(raw).back().text, "plain < text");
  raw.activity.html = {"one", "<br>", "two"};
  EXPECT_EQ(ActivityToMessages(raw).back().text, "one\n\ntwo");
}

std::vector<RawMessage> One(const std::string& text) {
  RawMessage message;
  message.text = text;
  return {message};
}

std::string Texts(const std::optional<RawConversation>& conversation) {
  if (!conversation) return "none";
  std::string texts;
  for (const RawMessage& message : conversation->messages) texts += message.text;
  return texts;
}

TEST(ActivityGrouper, HalfAnHourApartIsAnotherConversation) {
  ActivityGrouper activities(1 << 20);
  EXPECT_EQ(Texts(activities.Add(100 * kMinute, One("c"))), "none");
  EXPECT_EQ(Texts(activities.Add(70 * kMinute, One("b"))), "none");
  EXPECT_EQ(Texts(activities.Add(39 * kMinute, One("a"))), "bc");
  const std::optional<RawConversation> last = activities.Finish();
  EXPECT_EQ(Texts(last), "a");
  EXPECT_EQ(last->created_at, 39 * kMinute);
  EXPECT_EQ(Texts(activities.Finish()), "none");
}

TEST(ActivityGrouper, AreInTheOrderOfTheirTimesWhateverTheFiles) {
  ActivityGrouper oldest_first(1 << 20);
  oldest_first.Add(1 * kMinute, One("a"));
  oldest_first.Add(2 * kMinute, One("b"));
  const std::optional<RawConversation> c = oldest_first.Finish();
  EXPECT_EQ(Texts(c), "ab");
  EXPECT_EQ(c->created_at, 1 * kMinute);
  EXPECT_EQ(c->updated_at, 2 * kMinute);
  ActivityGrouper same(1 << 20);
  same.Add(5, One("b"));
  same.Add(std::nullopt, One("a"));
  EXPECT_EQ(Texts(same.Finish()), "ab");
}

TEST(ActivityGrouper, AConversationEndsBeforeItIsTooLarge) {
  ActivityGrouper activities(10000);
  EXPECT_EQ(Texts(activities.Add(2, One(std::string(6000, 'b')))), "none");
  EXPECT_EQ(Texts(activities.Add(1, One(std::string(6000, 'a')))), std::string(6000, 'b'));
  EXPECT_EQ(Texts(activities.Finish()), std::string(6000, 'a'));
}

}  // namespace
}  // namespace soulprint
