// Asking over the wire: probes, and what is done with paid answers when something goes wrong.

#include <gtest/gtest.h>

#include "fakes.hpp"
#include "pipeline/caching_model.hpp"
#include "pipeline/read_chunks.hpp"
#include "pipeline/wording_model.hpp"

// After what names the type Reply, which is a function here.
#include "http_stub.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;

Scene Blocked(int status = 403) { return Reply(status, "<html>blocked</html>"); }

Error LockTimeout() { return Error("55P03", "canceling statement due to lock timeout"); }

TEST(ClientProbe, IsAskedWhetherOneQuestionIsRefusedOrAll) {
  for (const Scene& answer :
       {Says("H"), Reply(200, MessageJson("H", "max_tokens").dump()),
        Fails(400, "invalid_request_error", "max_tokens: too small"),
        Fails(429, "rate_limit_error", "slow down"), Fails(529, "overloaded_error", "busy")}) {
    Wire wire;
    wire.endpoint.concurrency = 1;
    wire.stub.Play({Blocked(), answer, Says("second")});
    wire.AskMany(2);
    EXPECT_EQ(wire.Kinds(), "qpq") << answer.bytes;
    ASSERT_EQ(wire.taken.size(), 2U);
    EXPECT_EQ(wire.taken[0].outcome, Outcome::kFailed);
    EXPECT_EQ(wire.taken[0].reason,
              "something in front of the model server refuses this question (HTTP 403)");
    EXPECT_EQ(wire.taken[0].usage.input_tokens, 0);  // the probe's are nobody's
    EXPECT_EQ(wire.taken[1].text, "second");
  }
}

TEST(ClientProbe, IsOneFixedTokenOfOurOwn) {
  Wire wire;
  wire.stub.Play({Blocked(), Says("H")});
  wire.Ask();
  const nlohmann::json probe = wire.stub.journal().at(1).Json();
  EXPECT_EQ(probe.at("messages"), nlohmann::json({{{"role", "user"}, {"content", "Hello"}}}));
  EXPECT_EQ(probe.at("model"), Wire::Some().model);
  EXPECT_FALSE(probe.contains("system") || probe.contains("output_config"));
  EXPECT_EQ(wire.stub.journal().at(1).Header("x-api-key"), wire.key);
}

TEST(ClientProbe, RefusedAsWellIsAPauseAfterTwoRequests) {
  for (const Scene& scene :
       {Blocked(403), Blocked(404), Reply(404, ""), Reply(403, R"({"message":"Forbidden"})")}) {
    Wire wire;
    std::string paused;
    wire.endpoint.delay_scale = 1;
    wire.endpoint.pause = [&](const ServerUnavailable& error, bool) { paused = error.what(); };
    wire.stub.Play({scene});
    const Error error = wire.Ending(10);
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
    EXPECT_TRUE(paused.starts_with("not the Messages API but something in front of it answers"));
    EXPECT_EQ(wire.Kinds(), "qp");
    ASSERT_EQ(wire.taken.size(), 1U);
    EXPECT_EQ(wire.taken[0].outcome, Outcome::kGivenUp);
  }
}

TEST(ClientProbe, ForAllThatAreBlockedTogether) {
  Wire wire;
  wire.endpoint.concurrency = 4;
  std::vector<Scene> scenes(5, Late(Blocked(), 50));
  scenes[0] = Says("t");
  wire.stub.Play(
      {scenes[0], scenes[1], scenes[2], scenes[3], scenes[4], Late(Says("H"), 100), Says("t")});
  wire.AskMany(8);
  EXPECT_EQ(wire.Kinds().substr(0, 6), "qqqqqp");
  EXPECT_EQ(std::count_if(wire.taken.begin(), wire.taken.end(),
                          [](const Answer& answer) { return answer.outcome == Outcome::kFailed; }),
            4);
  EXPECT_EQ(wire.taken.size(), 8U);
  EXPECT_LE(wire.sent(), 10U);
}

// What a probe is answered, and for how many seconds that pauses (-1: it does not).
struct Probed {
  Scene scene;
  int pauses;
};

TEST(ClientProbe, ByItselfIsOneRequest) {
  const Lines day = {{"retry-after", "86400"}};
  for (const auto& [scene, pauses] :
       {Probed{Says("H"), -1}, Probed{Fails(400, "invalid_request_error", "m"), -1},
        Probed{Fails(529, "overloaded_error", "busy"), 0}, Probed{Reply(500, ""), 0},
        Probed{Scene{}, 0}, Probed{Fails(401, "authentication_error", "m"), 0},
        Probed{Blocked(), 0}, Probed{Fails(429, "rate_limit_error", "m", day), 86400},
        Probed{Reply(503, "", day), 86400}}) {
    Wire wire;
    int paused = -1;
    wire.endpoint.pause = [&](const ServerUnavailable& error, bool) {
      EXPECT_NE(error.hint(), "");
      paused = static_cast<int>(error.at_least().count());
    };
    wire.stub.Play({scene});
    EXPECT_EQ(wire.model().Probe("claude-haiku-4-5"), pauses < 0) << scene.bytes;
    EXPECT_EQ(paused, pauses) << scene.bytes;
    EXPECT_EQ(wire.Kinds(), "p");
  }
}

TEST(ClientEnding, ATurnThatIsOverWaitsForTheAnswers) {
  Wire wire;
  wire.stub.Play(std::vector<Scene>(5, Says("t")));
  int keys = 0;
  wire.endpoint.key = [&]() -> std::string {
    if (++keys > 4) throw TurnOver();
    return "k";
  };
  EXPECT_EQ(wire.Ending(5).sqlstate(), sqlstate::kAdminShutdown);
  ASSERT_EQ(wire.sent(), 4U);
  const auto answered = [](const Answer& answer) { return answer.text == "t"; };
  EXPECT_EQ(std::count_if(wire.taken.begin(), wire.taken.end(), answered), 4);
}

TEST(ClientProbe, KeyThatCannotBeReadPausesAndWhatIdleThrowsComesThrough) {
  Wire wire;
  int pauses = 0;
  wire.endpoint.pause = [&](const ServerUnavailable&, bool) { ++pauses; };
  wire.endpoint.key = [&]() -> std::string { throw ServerUnavailable("no file", "Make one."); };
  EXPECT_FALSE(wire.model().Probe("m"));
  EXPECT_EQ(pauses, 1);
  wire.endpoint.key = nullptr;
  wire.kept.reset();
  wire.idle = [&] {
    if (wire.sent() == 1) throw Canceled("now");
  };
  wire.stub.Play({{"", Scene::End::kHang}});
  EXPECT_THROW(wire.model().Probe("m"), Error);
  EXPECT_TRUE(wire.stub.AwaitGivenUp(1));
  EXPECT_EQ(pauses, 1);
}

TEST(ClientEnding, AnErrorOfNextWaitsForWhatIsUnderWay) {
  Wire wire;
  wire.endpoint.concurrency = 3;
  wire.stub.Play({Says("first"), Late(Says("paid for"), 100)});
  int fetched = 0;
  std::vector<std::string> texts;
  const auto next = [&]() -> std::optional<Question> {
    if (++fetched == 4) throw LockTimeout();
    return Wire::Some(fetched);
  };
  const auto take = [&](const Question&, const Answer& answer) { texts.push_back(answer.text); };
  try {
    wire.model().Ask(next, take);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "55P03");
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"first", "paid for", "paid for"}));
  EXPECT_EQ(fetched, 4);
  EXPECT_EQ(wire.sent(), 3U);
}

TEST(ClientEnding, AnErrorOfTakeOrIdleWaitsForWhatIsUnderWay) {
  for (const bool from_idle : {false, true}) {
    Wire wire;
    wire.endpoint.concurrency = 3;
    wire.stub.Play({Says("first"), Late(Says("paid for"), 150)});
    int fetched = 0;
    std::vector<std::string> texts;
    wire.idle = [&] {
      if (from_idle && wire.sent() == 4) throw LockTimeout();
    };
    const auto next = [&]() -> std::optional<Question> { return Wire::Some(++fetched); };
    const auto take = [&](const Question&, const Answer& answer) {
      texts.push_back(answer.text);
      if (!from_idle && texts.size() > 1) throw Error("55P03", std::to_string(texts.size()));
    };
    try {
      wire.model().Ask(next, take);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), "55P03");
      EXPECT_EQ(std::string(error.what()) == "2", !from_idle);
    }
    EXPECT_EQ(wire.sent(), 4U);
    EXPECT_EQ(texts, (std::vector<std::string>{"first", "paid for", "paid for", "paid for"}));
  }
}

// A store whose table is locked from when all four requests are sent until all are answered.
struct LockedStore : FakeStore {
  Wire& wire;
  int failed = 0;

  explicit LockedStore(Wire& server) : wire(server) {}

  void SaveReplies(const std::vector<struct Reply>& saved) override {
    if (wire.sent() == 4 && saved.size() < 3) {
      ++failed;
      throw LockTimeout();
    }
    FakeStore::SaveReplies(saved);
  }
};

TEST(ClientEnding, AnswersThatCannotBeSavedAtOnceAreSavedAtTheEnd) {
  Wire wire;
  wire.endpoint.concurrency = 3;
  wire.stub.Play({Says("first"), Late(Says("paid for"), 200), Late(Says("paid for"), 400),
                  Late(Says("paid for"), 600)});
  LockedStore store(wire);
  CachingModel caching(store, [&](std::function<void()> idle) {
    wire.idle = std::move(idle);
    return Borrow(wire.model());
  });
  int fetched = 0;
  try {
    caching.Ask([&] { return std::optional(Wire::Some(fetched++)); },
                [](const Question&, const Answer&) {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "55P03");
  }
  EXPECT_EQ(wire.sent(), 4U);
  EXPECT_EQ(store.replies.size(), 4U);
  EXPECT_EQ(store.failed, 1);
}

TEST(ClientEnding, WhatAPauseGivesUpIsNoFailedChunk) {
  Wire wire;
  wire.stub.Play({Fails(401, "authentication_error", "m")});
  FakeStore store;
  Conversation conversation;
  conversation.id = "c1";
  conversation.messages = {{"", Role::kUser, "I live in Rome. I work as a baker.", {}}};
  store.Add(conversation);
  int failed = 0;
  WordingModel wording(wire.model(), store, "claude-haiku-4-5");
  EXPECT_THROW(ReadChunks({"c1"}, store, wording,
                          [&](const ChunkCounts& counts) { failed = counts.failed; }),
               Error);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(wire.taken.size(), 0U);
}

TEST(ClientEnding, AnErrorOfTheirsPausesNobody) {
  Wire wire;
  int pauses = 0;
  wire.endpoint.pause = [&](const ServerUnavailable&, bool) { ++pauses; };
  const auto next = []() -> std::optional<Question> {
    throw SqlError(sqlstate::kCannotConnectNow, "raised by a trigger", "", "");
  };
  EXPECT_THROW(wire.model().Ask(next, [](const Question&, const Answer&) {}), Error);
  EXPECT_EQ(pauses, 0);
}

// Asks two questions, of which the second is never answered, and throws when both are asked.
// True if that request was given up at once.
bool IsGivenUpAtOnce(const std::function<void()>& throw_error) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  wire.endpoint.http.timeout = std::chrono::milliseconds(1500);
  wire.stub.Play({Says("first"), {"", Scene::End::kHang}});
  int fetched = 0;
  const auto next = [&]() -> std::optional<Question> {
    if (wire.sent() == 2) throw_error();
    return fetched < 2 ? std::optional(Wire::Some(++fetched)) : std::nullopt;
  };
  int taken = 0;
  EXPECT_THROW(wire.model().Ask(next, [&](const Question&, const Answer&) { ++taken; }), Error);
  return taken == 1;
}

TEST(ClientEnding, SignalsOfOursActAtOnce) {
  EXPECT_TRUE(IsGivenUpAtOnce([] { throw PassLost("now"); }));
  EXPECT_TRUE(IsGivenUpAtOnce([] { throw PassStopped("now"); }));
  EXPECT_TRUE(IsGivenUpAtOnce([] { throw Canceled("now"); }));
}

TEST(ClientEnding, WithoutTablesNothingIsWaitedFor) {
  for (const std::string_view sqlstate :
       {sqlstate::kUndefinedTable, sqlstate::kUndefinedSchema, sqlstate::kInternalError}) {
    EXPECT_TRUE(IsGivenUpAtOnce([&] { throw SqlError(sqlstate, "now", "", ""); })) << sqlstate;
  }
}

TEST(ClientEnding, SqlCannotMakeAnAnswerThatIsPaidForBeGivenUp) {
  for (const std::string_view sqlstate :
       {sqlstate::kNoData, sqlstate::kAdminShutdown, sqlstate::kQueryCanceled}) {
    EXPECT_FALSE(IsGivenUpAtOnce([&] { throw SqlError(sqlstate, "now", "", ""); })) << sqlstate;
  }
}

}  // namespace
}  // namespace soulprint
