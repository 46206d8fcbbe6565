// Asking over the wire: a server that gives no answer, and a question that gets none.

#include <gtest/gtest.h>

#include <algorithm>

#include "http_stub.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;

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
    wire.endpoint.delay_scale = 0.02;
    wire.stub.Play({scene});
    const Error error = wire.Ending(10);
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
    EXPECT_EQ(error.what(), paused);
    EXPECT_TRUE(paused.starts_with(reason)) << paused;
    EXPECT_NE(error.hint(), "");
    EXPECT_FALSE(doubtful) << "the probe has told that it is no question's fault";
    EXPECT_EQ(wire.Kinds(), scene.bytes.starts_with("HTTP/1.1 5") ? "qqqqqp" : "qqqp");
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
    wire.endpoint.delay_scale = 0.02;
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
  EXPECT_EQ(wire.Kinds(), "qqqp");
}

TEST(ClientOutage, IfAProbeIsAnsweredTheQuestionAloneHasFailed) {
  for (const Silence& silence : Silences()) {
    Wire wire;
    wire.endpoint.concurrency = 1;
    wire.endpoint.max_request_attempts = 3;
    wire.stub.Play({silence.scene, silence.scene, silence.scene, Says("H"), Says("second")});
    wire.AskMany(2);
    EXPECT_EQ(wire.Kinds(), "qqqpq");
    ASSERT_EQ(wire.taken.size(), 2U);
    EXPECT_EQ(wire.taken[0].outcome, Outcome::kUnanswered);
    EXPECT_TRUE(wire.taken[0].reason.starts_with("no answer in 3 attempts, the last: "));
    EXPECT_EQ(wire.taken[1].text, "second");
  }
}

TEST(ClientOutage, InTheMiddleOnlyTheOldestQuestionIsAskedAgain) {
  Wire wire;
  wire.endpoint.concurrency = 4;
  wire.endpoint.delay_scale = 0.2;
  wire.stub.Play({Says("t"), Late(Dropped(), 50), Late(Dropped(), 50), Late(Dropped(), 50),
                  Late(Dropped(), 50), Dropped()});
  EXPECT_EQ(wire.Ending(20).sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_EQ(wire.fetched, 5);
  EXPECT_EQ(wire.Kinds(), "qqqqqqqp") << "one, four at once, two more of the oldest, a probe";
}

TEST(ClientOutage, AnswersThatArriveMeanwhileAreKept) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  wire.stub.Play({Says("t"), Late(Says("kept"), 200), Late(Dropped(), 50), Dropped()});
  EXPECT_EQ(wire.Ending(20).sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_EQ(std::count_if(wire.taken.begin(), wire.taken.end(),
                          [](const Answer& answer) { return answer.text == "kept"; }),
            1);
}

TEST(ClientOutage, ALimitOfTheMinuteInWordsOfTheMonthIsTriedAgain) {
  const Scene limited = Reply(429, R"({"error":{"message":"You exceeded your current quota."}})");
  Wire wire;
  wire.endpoint.max_request_attempts = 3;
  wire.stub.Play({limited, Says("H"), limited, Says("H"), Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  EXPECT_EQ(wire.Kinds(), "qpqpq");
  wire.stub.Play({limited, Says("H"), limited, Says("H"), limited, Says("H")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kUnanswered);
}

TEST(ClientOutage, WhileABusyServerIsProbedTheQuestionWaits) {
  Wire wire;
  wire.endpoint.max_request_attempts = 1;
  wire.stub.Play({Reply(503, ""), Fails(529, "overloaded_error", "busy"), Says("H"), Says("t")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kUnanswered);
  EXPECT_EQ(wire.Kinds(), "qpp");
}

TEST(ClientOutage, AnotherWorkersPauseIsJoinedInsteadOfAProbe) {
  Wire wire;
  wire.endpoint.key = [&] {
    if (wire.sent() == 2) throw PassStopped("paused");
    return std::string("key");
  };
  wire.stub.Play({Dropped()});
  EXPECT_EQ(wire.Ending(10).sqlstate(), sqlstate::kAdminShutdown);
  EXPECT_EQ(wire.Kinds(), "qq");
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

}  // namespace
}  // namespace soulprint
