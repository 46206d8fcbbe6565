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

bool IsProbe(const HttpStub::Received& request) {
  return request.Json().at("max_tokens") == 1 && request.body.find("number") == std::string::npos;
}

std::string Kinds(Wire& wire) {
  std::string kinds;
  for (const auto& request : wire.stub.journal()) kinds += IsProbe(request) ? 'p' : 'q';
  return kinds;
}

TEST(ClientProbe, IsAskedWhetherOneQuestionIsRefusedOrAll) {
  for (const Scene& answer :
       {Says("H"), Reply(200, MessageJson("H", "max_tokens").dump()),
        Fails(400, "invalid_request_error", "max_tokens: too small"),
        Fails(429, "rate_limit_error", "slow down"), Fails(529, "overloaded_error", "busy")}) {
    Wire wire;
    wire.endpoint.concurrency = 1;
    wire.stub.Play({Blocked(), answer, Says("second")});
    wire.AskMany(2);
    EXPECT_EQ(Kinds(wire), "qpq") << answer.bytes;
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
    EXPECT_EQ(Kinds(wire), "qp");
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
  EXPECT_EQ(Kinds(wire).substr(0, 6), "qqqqqp");
  EXPECT_EQ(std::count_if(wire.taken.begin(), wire.taken.end(),
                          [](const Answer& answer) { return answer.outcome == Outcome::kFailed; }),
            4);
  EXPECT_EQ(wire.taken.size(), 8U);
  EXPECT_LE(wire.sent(), 10U);
}

Scene Dropped() { return {}; }

// What gives no answer, and what the pause says if a probe gets none either.
struct Silence {
  Scene scene;
  const char* reason;
};

std::vector<Silence> Silences() {
  return {{Dropped(), "the model server does not answer: "},
          {{"", Scene::End::kReset}, "the model server does not answer: "},
          {Cut(Says("t"), 40), "the model server does not answer: "},
          {Reply(500, ""), "the model server does not answer: HTTP 500"},
          {Reply(502, "<html>"), "the model server does not answer: HTTP 502"},
          {Reply(503, "upstream connect error"), "the model server does not answer: HTTP 503"},
          {Reply(200, "<html>Welcome</html>"), "this is not the Messages API: "},
          {Reply(200, R"({"choices":[]})"), "this is not the Messages API: "}};
}

TEST(ClientOutage, PausesAfterTheRequestsOfOneQuestionAndAProbe) {
  for (const auto& [scene, reason] : Silences()) {
    Wire wire;
    std::string paused;
    bool doubtful = true;
    wire.endpoint.pause = [&](const ServerUnavailable& error, bool in_doubt) {
      paused = error.what();
      doubtful = in_doubt;
    };
    wire.stub.Play({scene});
    const Error error = wire.Ending(10);
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
    EXPECT_EQ(error.what(), paused);
    EXPECT_TRUE(paused.starts_with(reason)) << paused;
    EXPECT_NE(error.hint(), "");
    EXPECT_FALSE(doubtful) << "the probe has told that it is no question's fault";
    EXPECT_EQ(Kinds(wire), scene.bytes.starts_with("HTTP/1.1 5") ? "qqqqqp" : "qqqp");
    EXPECT_EQ(wire.fetched, 1) << scene.bytes;
    for (const Answer& answer : wire.taken) EXPECT_EQ(answer.outcome, Outcome::kGivenUp);
  }
}

TEST(ClientOutage, NoServerPausesAndSaysWhatFailed) {
  const std::string label(70, 'x');
  for (const auto& [url, reason] : std::vector<std::pair<std::string, std::string>>{
           {"http://127.0.0.1:1", "Connection refused"},
           {"http://" + label + ".invalid", "host"}}) {
    Wire wire;
    wire.endpoint.api_url = url;
    const Error error = wire.Ending(10);
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    EXPECT_EQ(wire.fetched, 1);
  }
}

TEST(ClientOutage, AServerThatNeverAnswersPausesToo) {
  Wire wire;
  wire.endpoint.http.timeout = milliseconds(100);
  wire.endpoint.delay_scale = 0.3;
  wire.stub.Play({{"", Scene::End::kHang}});
  const Error error = wire.Ending(10);
  EXPECT_EQ(std::string(error.what()),
            "the model server does not answer: Timeout was reached: no whole response");
  EXPECT_EQ(Kinds(wire), "qqqp");
}

TEST(ClientOutage, IfAProbeIsAnsweredTheQuestionAloneHasFailed) {
  for (const Silence& silence : Silences()) {
    Wire wire;
    wire.endpoint.concurrency = 1;
    wire.endpoint.max_request_attempts = 3;
    wire.stub.Play({silence.scene, silence.scene, silence.scene, Says("H"), Says("second")});
    wire.AskMany(2);
    EXPECT_EQ(Kinds(wire), "qqqpq");
    ASSERT_EQ(wire.taken.size(), 2U);
    EXPECT_EQ(wire.taken[0].outcome, Outcome::kUnanswered);
    EXPECT_TRUE(wire.taken[0].reason.starts_with("no answer in 3 attempts, the last: "));
    EXPECT_EQ(wire.taken[1].text, "second");
  }
}

TEST(ClientOutage, InTheMiddleOnlyTheOldestQuestionIsAskedAgain) {
  Wire wire;
  wire.endpoint.concurrency = 4;
  wire.stub.Play({Says("t"), Late(Says("kept"), 300), Late(Dropped(), 50), Late(Dropped(), 50),
                  Late(Dropped(), 50), Dropped()});
  const Error error = wire.Ending(20);
  EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_EQ(wire.fetched, 6) << "one more after the answer that was kept";
  EXPECT_EQ(std::count_if(wire.taken.begin(), wire.taken.end(),
                          [](const Answer& answer) { return answer.text == "kept"; }),
            1);
}

TEST(ClientOutage, WhileABusyServerIsProbedTheQuestionWaits) {
  Wire wire;
  wire.endpoint.max_request_attempts = 1;
  wire.stub.Play({Reply(503, ""), Fails(529, "overloaded_error", "busy"), Says("H"), Says("t")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kUnanswered);
  EXPECT_EQ(Kinds(wire), "qpp");
}

TEST(ClientOutage, AnotherWorkersPauseIsJoinedInsteadOfAProbe) {
  Wire wire;
  wire.endpoint.key = [&] {
    if (wire.sent() == 2) throw PassStopped("paused");
    return std::string("key");
  };
  wire.stub.Play({Dropped()});
  EXPECT_EQ(wire.Ending(10).sqlstate(), sqlstate::kAdminShutdown);
  EXPECT_EQ(Kinds(wire), "qq");
}

TEST(ClientOutage, ACancelDuringTheProbeActsAtOnce) {
  Wire wire;
  wire.endpoint.max_request_attempts = 1;
  wire.stub.Play({Reply(503, ""), {"", Scene::End::kHang}});
  wire.idle = [&] {
    if (wire.sent() == 2) throw Canceled("now");
  };
  EXPECT_EQ(wire.Ending(1).sqlstate(), sqlstate::kQueryCanceled);
  EXPECT_TRUE(wire.stub.AwaitGivenUp(1));
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
    EXPECT_EQ(Kinds(wire), "p");
  }
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
