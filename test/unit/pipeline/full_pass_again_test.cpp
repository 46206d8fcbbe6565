// The route run again: after a crash, a kill, a cancel, a failed attempt, or with new
// conversations.

#include <gtest/gtest.h>

#include "route.hpp"

namespace soulprint {
namespace {

TEST(FullPassAgain, ASecondRunAsksNothingAndPublishesTheSame) {
  Route route;
  route.Add(10);
  route.Run();
  const std::string first = Show(*route.store.published);
  route.store.published.reset();
  route.Run();
  EXPECT_EQ(route.asked, 0);
  EXPECT_EQ(Show(*route.store.published), first);
}

TEST(FullPassAgain, ANewConversationCostsOnlyItself) {
  Route route;
  route.Add(10);
  route.Run();
  route.store.Add(Talk("new", 99, {"I sold the stamps", "all of them"}));
  route.Run();
  EXPECT_EQ(route.asked, 4);  // its chunk, changes, MEMORY, sections
}

TEST(FullPassAgain, ACrashAnywhereIsResumedWithoutAskingAgain) {
  Route undisturbed;
  undisturbed.Add(10);
  undisturbed.Run();
  const int all = undisturbed.asked;
  for (int crash = 0; crash < all; ++crash) {
    Route route;
    route.Add(10);
    route.model.crash_after = crash;
    EXPECT_THROW(route.Run(), Crash);
    EXPECT_FALSE(route.store.published);
    route.model.crash_after = -1;
    route.Run();
    EXPECT_EQ(route.asked, all - crash) << "after " << crash;
    EXPECT_EQ(Show(*route.store.published), Show(*undisturbed.store.published)) << crash;
  }
}

// After a crash no write succeeds, as if the process had been killed.
class DyingModel : public Model {
 public:
  DyingModel(Model& inner, FakeStore& store) : inner_(inner), store_(store) {}

  void Ask(const Next& next, const Take& take) override {
    try {
      inner_.Ask(next, take);
    } catch (const Crash&) {
      store_.owned = false;
      throw;
    }
  }

 private:
  Model& inner_;
  FakeStore& store_;
};

TEST(FullPassAgain, AKilledProcessLosesOnlyWhatWasNotSavedYet) {
  Route route;
  route.Add(10);
  route.model.crash_after = 6;
  DyingModel dying(route.model, route.store);
  CachingModel caching(route.store, [&](auto) { return Borrow(dying); });
  EXPECT_THROW(RunFullPass(route.store, caching, route.options), Crash);
  const int saved = static_cast<int>(route.store.replies.size());
  EXPECT_GE(saved, 1);
  EXPECT_LE(saved, 6);
  route.store.owned = true;
  route.model.crash_after = -1;
  route.Run();
  EXPECT_EQ(route.asked, 13 - saved);
}

TEST(FullPassAgain, ThePublishedProfileStaysUntilTheNextIsWhole) {
  Route route;
  route.Add(10);
  route.Run();
  const std::string before = Show(*route.store.published);
  route.store.Add(Talk("new", 99, {"I sold the stamps", "all of them"}));
  route.model.answer = [](const Question& question) {
    return question.step == Step::kSections ? Failure() : ScriptedModel::Sensible(question);
  };
  EXPECT_EQ(route.Fails(), "38000");
  EXPECT_EQ(Show(*route.store.published), before);
}

TEST(FullPassAgain, AnOutageTouchesNothing) {
  for (const Step step : {Step::kFacts, Step::kMemory, Step::kSections}) {
    Route route;
    route.Add(10);
    route.store.memory_md = "old";
    route.model.answer = [&](const Question& question) {
      return question.step == step ? NoAnswer() : ScriptedModel::Sensible(question);
    };
    EXPECT_EQ(route.Fails(), "08000");
    EXPECT_FALSE(route.store.published);
    EXPECT_EQ(route.store.memory_md == "old", step != Step::kSections);
  }
}

TEST(FullPassAgain, AnOutageInTheReduceStageLosesNoFacts) {
  Route route;
  route.Add(10);
  route.options.memory.max_fact_tokens = 20;
  route.model.answer = [&](const Question& question) {
    return question.step == Step::kReduce ? NoAnswer() : ScriptedModel::Sensible(question);
  };
  EXPECT_EQ(route.Fails(), "08000");
  EXPECT_FALSE(route.store.published);
  EXPECT_EQ(route.store.reports.back().facts_left_out, 0);
}

TEST(FullPassAgain, TooManyLostChunksPublishNothingAndAreAskedForNextTime) {
  Route route;
  route.Add(40);
  route.store.memory_md = "old";
  route.model.script[Step::kFacts] = {Failure(), Failure(), Failure("HTTP 500")};
  EXPECT_EQ(route.Fails(), "08000");
  EXPECT_EQ(route.message, "3 of 40 chunks could not be read");
  EXPECT_NE(route.detail.find("HTTP 500"), std::string::npos);
  EXPECT_NE(route.hint, "");
  EXPECT_FALSE(route.store.published);
  EXPECT_EQ(route.store.memory_md, "old");
  route.Run();
  EXPECT_EQ(route.asked, 3 + 3);
  EXPECT_TRUE(route.store.published);
}

TEST(FullPassAgain, FivePercentOfTheChunksMayBeLost) {
  Route route;
  route.Add(40);
  route.model.script[Step::kFacts] = {Failure(), Failure()};
  route.Run();
  EXPECT_EQ(route.store.reports.back().chunks_failed, 2);
  EXPECT_TRUE(route.store.published);
}

TEST(FullPassAgain, UnreadableChunksAreReallyAskedAgainAfterAFailedPass) {
  Route route;
  route.Add(5);
  route.model.in_flight = 1;
  route.model.script[Step::kFacts] = {Text("no"), Text("no")};
  EXPECT_EQ(route.Fails(), "08000");
  EXPECT_EQ(route.store.Rejected(), 2U);
  route.store.ForgetRejected();
  route.Run();
  EXPECT_EQ(route.asked, 1 + 3);
}

TEST(FullPassAgain, ACanceledPassStopsAtTheNextReportAndKeepsWhatWasPaidFor) {
  Route whole;
  whole.Add(6);
  whole.Run();
  for (int report = 0; report < static_cast<int>(whole.store.reports.size()); ++report) {
    Route route;
    route.Add(6);
    route.store.stop_at_report = report;
    EXPECT_EQ(route.Fails(), "57014") << report;
    EXPECT_FALSE(route.store.published);
  }
}

TEST(FullPassAgain, APassThatIsNoLongerOursWritesNothing) {
  Route route;
  route.Add(6);
  route.model.answer = [&](const Question& question) {
    route.store.owned = false;
    return ScriptedModel::Sensible(question);
  };
  EXPECT_EQ(route.Fails(), "02000");
  EXPECT_TRUE(route.store.replies.empty());
  EXPECT_FALSE(route.store.published);
}

TEST(FullPassAgain, IdenticalConversationsArePaidForOnce) {
  Route route;
  for (int i = 0; i < 20; ++i) {
    Conversation copy = Talk("same", 1, {"I like tea", "really", "yes"});
    copy.id = "copy " + std::to_string(i);
    route.store.Add(copy);
  }
  route.Run();
  EXPECT_EQ(route.model.Asked(Step::kFacts), 1);
  EXPECT_EQ(route.store.published->facts.at(0).sources.size(), 20U);
}

}  // namespace
}  // namespace soulprint
