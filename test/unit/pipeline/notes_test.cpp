// Notes of other assistants: how they are cut, asked about, merged, and weighed against what the
// user said.

#include "pipeline/notes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "memory_facts.hpp"
#include "pipeline/changes.hpp"
#include "pipeline/chunk_to_facts.hpp"
#include "pipeline/facts.hpp"
#include "pipeline/prompts.hpp"
#include "pipeline/wording_model.hpp"
#include "route.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

const char* const kSaved = "saved memory of ChatGPT";

std::vector<Excerpt> Cut(std::string text) {
  return NotesToExcerpts({{kSaved, std::move(text), Day(100)}});
}

TEST(NotesToExcerpts, ALineWithADayBeginsASpan) {
  const std::vector<Excerpt> excerpts = Cut(
      "# Model Set Context\n\n1. [1970-01-03]. Likes tea.\nGreen tea.\n- [1970-01-05] Has cats.\n"
      "[soon] x\n[1970-13-01] y\n");
  ASSERT_EQ(excerpts.size(), 1U);
  EXPECT_EQ(json::parse(ExcerptsToQuestion(excerpts).material)["conversations"],
            json::parse(R"([{"title":"saved memory of ChatGPT","messages":[
              {"date":"1970-04-11","role":"notes","text":"# Model Set Context"},
              {"date":"1970-01-03","role":"notes","text":"Likes tea.\nGreen tea."},
              {"date":"1970-01-05","role":"notes",
               "text":"Has cats.\n[soon] x\n[1970-13-01] y"}]}])"));
}

TEST(NotesToExcerpts, EachExcerptHasOneSourceAndRoomForIt) {
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += "Note number " + std::to_string(i) + "\n";
  const std::vector<Excerpt> excerpts = NotesToExcerpts(
      {{kSaved, lines + std::string(20000, 'x'), {}}, {"b", "two", {}}, {"c", " \n", {}}});
  ASSERT_GT(excerpts.size(), 8U);
  std::string all;
  for (const Excerpt& excerpt : excerpts) {
    EXPECT_LE(CountCharacters(excerpt.chunk.content), 8100U);
    EXPECT_EQ(excerpt.title, excerpt.notes);
    for (const std::string& text : SentTexts(excerpt)) all += text + "\n";
  }
  EXPECT_EQ(all.substr(0, lines.size()), lines);
  EXPECT_EQ(excerpts.back().notes, "b");
  EXPECT_EQ(excerpts.back().chunk.total, 1);
  const Chunk& last = excerpts[excerpts.size() - 2].chunk;
  EXPECT_EQ(last.index + 1, last.total);
}

TEST(NotesToExcerpts, AQuestionSaysThatTheyAreNoWordsOfTheUser) {
  const Question question = ExcerptsToQuestion(Cut("Likes tea."));
  EXPECT_EQ(question.step, Step::kFacts);
  EXPECT_EQ(question.instruction, NotesInstruction());
  EXPECT_NE(question.instruction, Instruction(Step::kFacts));
  EXPECT_TRUE(question.conversation_ids.empty());
}

TEST(NotesToExcerpts, InvisibleCharactersAreNotSent) {
  EXPECT_EQ(ExcerptsToQuestion(Cut("Likes\xE2\x80\x8B tea.")).material.find("\xE2\x80\x8B"),
            std::string::npos);
}

ReadFacts Answer(const std::vector<Excerpt>& excerpts, const std::string& quote) {
  const json item = {{"text", "Likes green tea"}, {"quote", quote}};
  return AnswerToFacts(json{{"preferences", {item}}}.dump(), excerpts).value();
}

TEST(NotesToExcerpts, AQuoteStandsInTheNotesOrTheFactIsInvented) {
  const std::vector<Excerpt> excerpts =
      Cut("[1970-01-03]. The user likes green tea.\n[1970-01-05] His password is hunter2.");
  const ReadFacts read = Answer(excerpts, "likes green tea");
  ASSERT_EQ(read.facts.size(), 1U);
  EXPECT_TRUE(read.facts[0].noted);
  EXPECT_FALSE(read.facts[0].verified);
  ASSERT_EQ(read.facts[0].sources.size(), 1U);
  EXPECT_EQ(read.facts[0].sources[0].notes, kSaved);
  EXPECT_EQ(read.facts[0].sources[0].conversation_id, "");
  EXPECT_EQ(read.facts[0].sources[0].at, Day(2));
  EXPECT_EQ(Answer(excerpts, "hates green tea").dropped.invented, 1);
  EXPECT_EQ(Answer(excerpts, "His password is hunter2").dropped.secret, 1);
  for (const char* unproven : {"tea", ""}) {
    const std::vector<Fact> facts = Answer(excerpts, unproven).facts;
    ASSERT_EQ(facts.size(), 1U) << unproven;
    EXPECT_FALSE(IsProven(facts[0])) << unproven;
  }
}

Fact Saying(std::string text, Time at, bool by_user) {
  Fact fact;
  fact.category = Category::kPerson;
  fact.text = std::move(text);
  fact.quote = by_user ? "said" : "noted";
  fact.verified = by_user;
  fact.noted = !by_user;
  fact.sources.push_back(by_user ? Source{"c", 0, 0, at} : Source{"", 0, 0, at, kSaved});
  return fact;
}

TEST(MergeFacts, WhatTheUserSaidTakesOnlyTheSourcesOfNotes) {
  for (const bool user_first : {true, false}) {
    const std::vector<Fact> merged =
        MergeFacts({Saying(user_first ? "Lives in PORTO" : "lives in porto", Day(3), user_first),
                    Saying(user_first ? "lives in porto" : "Lives in PORTO", Day(9), !user_first)});
    ASSERT_EQ(merged.size(), 1U);
    EXPECT_EQ(merged[0].text, "Lives in PORTO");
    EXPECT_EQ(merged[0].quote, "said");
    EXPECT_TRUE(merged[0].verified);
    EXPECT_FALSE(merged[0].noted);
    EXPECT_EQ(merged[0].sources.size(), 2U);
    EXPECT_EQ(LastSaid(merged[0]), user_first ? Day(3) : Day(9));
  }
}

TEST(MergeFacts, NotesTakeNothingFromAFactWithoutProof) {
  Fact unproven = Saying("Lives in Porto", Day(3), true);
  unproven.verified = false;
  for (const bool first : {true, false}) {
    std::vector<Fact> facts = {unproven, Saying("Lives in Porto", Day(3), false)};
    if (first) std::swap(facts[0], facts[1]);
    const std::vector<Fact> merged = MergeFacts(facts);
    ASSERT_EQ(merged.size(), 1U);
    EXPECT_TRUE(merged[0].noted);
    ASSERT_EQ(merged[0].sources.size(), 1U);
    EXPECT_EQ(merged[0].sources[0].notes, kSaved);
  }
}

TEST(MergeFacts, TheSameNoteInTwoSourcesKeepsBoth) {
  std::vector<Fact> facts = {Saying("Likes tea", Day(3), false), Saying("Likes tea", Day(3), false),
                             Saying("Likes tea", Day(3), false)};
  facts[2].sources[0].notes = "memory of Claude";
  EXPECT_EQ(MergeFacts(facts).at(0).sources.size(), 2U);
}

// The order of the question about changes, the oldest first.
std::vector<std::string> InOrder(std::vector<Fact> facts) {
  FakeStore store;
  ScriptedModel model;
  WordingModel wording(model, store, "m");
  FindChanges(&facts, 1000, wording, store);
  const json document = json::parse(model.asked.at(0).material);
  std::vector<std::string> texts(facts.size());
  for (const json& item : document["facts"]["person"]) texts.at(item["id"]) = item["text"];
  return texts;
}

TEST(FindChanges, WhatTheUserSaidWinsUnlessTheNotesAreNewer) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(InOrder({Saying("said", Day(5), true), Saying("noted", Day(7), false)}),
            (Texts{"said", "noted"}));
  EXPECT_EQ(InOrder({Saying("said", Day(5), true), Saying("noted", Day(5), false)}),
            (Texts{"noted", "said"}));
  EXPECT_EQ(InOrder({Saying("said", Day(5), true), Saying("noted", {}, false)}),
            (Texts{"noted", "said"}));
  EXPECT_EQ(InOrder({Saying("said", {}, true), Saying("noted", Day(7), false)}),
            (Texts{"noted", "said"}));
  EXPECT_EQ(InOrder({Saying("said", {}, true), Saying("noted", {}, false)}),
            (Texts{"noted", "said"}));
}

TEST(FullPass, ReadsNotesBesideConversations) {
  Route route;
  route.Add(2);
  route.store.notes = {{kSaved, "[1970-01-03]. The user has two cats.", {}}};
  route.Run();
  ASSERT_TRUE(route.store.published);
  const std::vector<Fact>& facts = route.store.published->facts;
  const auto noted =
      std::find_if(facts.begin(), facts.end(), [](const Fact& f) { return f.noted; });
  ASSERT_NE(noted, facts.end());
  EXPECT_EQ(noted->text, "The user has two cats.");
  EXPECT_EQ(std::count_if(facts.begin(), facts.end(), [](const Fact& f) { return f.noted; }), 1);
  const Progress& progress = route.store.reports.back();
  EXPECT_EQ(progress.chunks_done, progress.chunks);
  EXPECT_EQ(progress.conversations, 2);
  int memory = 0;
  for (const Question& question : route.model.asked) {
    const bool has_notes = question.material.find("two cats") != std::string::npos;
    if (question.step == Step::kFacts && has_notes) {
      EXPECT_EQ(question.material.find("\"user\""), std::string::npos) << "alone in its question";
    }
    if (question.step == Step::kMemory) memory += has_notes ? 1 : 0;
  }
  EXPECT_EQ(memory, 1);
  route.Run();
  EXPECT_EQ(route.asked, 0) << "all answers are remembered";
}

TEST(FullPass, NotesAloneMakeAProfile) {
  Route route;
  route.store.notes = {{"memory of Claude", "Ana works as a nurse in Porto.", {}}};
  route.Run();
  ASSERT_TRUE(route.store.published);
  EXPECT_EQ(route.store.published->facts.size(), 1U);
  EXPECT_FALSE(route.store.published->soulprint_text.empty());
}

}  // namespace
}  // namespace soulprint
