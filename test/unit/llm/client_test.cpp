// Asking over the wire: what is sent, how often, how many at a time, and when it is given up.

#include "llm/client.hpp"

#include <gtest/gtest.h>

#include "http_stub.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;

Scene Dropped() { return {}; }

TEST(Client, OneQuestionIsOneRequest) {
  Wire wire;
  wire.stub.Play({Says("{\"facts\":[\"a\"]}")});
  const Answer answer = wire.Ask();
  EXPECT_EQ(answer.outcome, Outcome::kAnswered);
  EXPECT_EQ(answer.text, "{\"facts\":[\"a\"]}");
  EXPECT_EQ(answer.usage.input_tokens, 8);
  EXPECT_EQ(answer.usage.output_tokens, 16);
  EXPECT_DOUBLE_EQ(answer.usage.cost_usd, 88e-6);
  ASSERT_EQ(wire.sent(), 1U);
  const HttpStub::Received sent = wire.stub.journal()[0];
  EXPECT_EQ(sent.start_line, "POST /v1/messages HTTP/1.1");
  EXPECT_EQ(sent.Header("x-api-key"), "sk-ant-test-0123456789");
  EXPECT_EQ(sent.Header("anthropic-version"), "2023-06-01");
  EXPECT_EQ(sent.Header("content-type"), "application/json");
  EXPECT_EQ(sent.Header("expect") + sent.Header("authorization"), "");
  EXPECT_EQ(sent.Json().at("max_tokens"), 2048);
}

TEST(Client, KeyMayGoAsABearerToken) {
  Wire wire;
  wire.endpoint.bearer = true;
  wire.stub.Play({Says("t")});
  wire.Ask();
  const HttpStub::Received sent = wire.stub.journal().at(0);
  EXPECT_EQ(sent.Header("authorization"), "Bearer sk-ant-test-0123456789");
  EXPECT_EQ(sent.Header("x-api-key"), "");
}

TEST(Client, AddressMayEndInSlashes) {
  Wire wire;
  wire.endpoint.api_url += "/v0//";
  wire.stub.Play({Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  EXPECT_EQ(wire.stub.journal().at(0).start_line, "POST /v0/v1/messages HTTP/1.1");
}

TEST(Client, EveryServerThatCannotIsAskedAgain) {
  const std::string html = "<html>busy</html>";
  for (const Scene& scene :
       {Reply(500, html), Reply(502, html), Reply(503, ""), Reply(504, html), Reply(408, ""),
        Reply(409, ""), Fails(529, "overloaded_error", "Overloaded"),
        Fails(429, "rate_limit_error", "slow down"),
        Reply(400, "", {{"x-should-retry", "true"}})}) {
    Wire wire;
    wire.stub.Play({scene, Says("t")});
    EXPECT_EQ(wire.Ask().text, "t") << scene.bytes;
    EXPECT_EQ(wire.sent(), 2U);
  }
}

TEST(Client, FiveAttemptsAndTheReasonOfTheLast) {
  Wire wire;
  const Scene scene = Fails(500, "api_error", "broken\nhere", {{"request-id", "req_5"}});
  wire.PlayThenAnswer(scene, 5);
  const Answer answer = wire.Ask();
  EXPECT_EQ(answer.outcome, Outcome::kUnanswered);
  EXPECT_EQ(
      answer.reason,
      "no answer in 5 attempts, the last: HTTP 500 api_error: broken\\x0ahere, request req_5");
  EXPECT_EQ(wire.sent(), 5U + 1);
  wire.endpoint.max_request_attempts = 2;
  wire.kept.reset();
  wire.PlayThenAnswer(scene, 2);
  wire.Ask();
  EXPECT_EQ(wire.sent(), 6U + 2 + 1);
}

TEST(Client, ThreeAttemptsWhereEachMayHaveBeenBilled) {
  const std::string message = MessageJson("{\"facts\":[]}").dump();
  const Scene whole = Reply(200, message);
  const Scene chunked{"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{\"t"};
  const Scene no_length{"HTTP/1.1 200 x\r\n\r\n" + message.substr(0, 40)};
  const Scene unzippable = Reply(200, message, {{"content-encoding", "gzip"}});
  for (const Scene& scene :
       {Dropped(), Scene{"", Scene::End::kReset}, Scene{.unread = true}, Cut(whole, 40),
        Cut(whole, 40, Scene::End::kReset), chunked, no_length, unzippable, Reply(200, ""),
        Reply(200, "<html>ok</html>"), Reply(200, "{\"type\":\"ping\"}"), Reply(200, "[]"),
        Reply(200, "null"), Reply(200, "{\"type\":\"message\"}"), Reply(200, "\xFF")}) {
    Wire wire;
    wire.stub.Play({Says("before")});
    wire.Ask();
    wire.PlayThenAnswer(scene, 3);
    const Answer answer = wire.Ask();
    EXPECT_EQ(answer.outcome, Outcome::kUnanswered) << scene.bytes;
    EXPECT_TRUE(answer.reason.starts_with("no answer in 3 attempts")) << answer.reason;
    EXPECT_EQ(wire.stub.connections(), 5) << scene.bytes;
    wire.stub.Play({scene, Says("good")});
    EXPECT_EQ(wire.Ask().text, "good");
    EXPECT_EQ(wire.stub.connections(), 7);
  }
}

TEST(Client, AnswerIsNotReadBeyondWhatItsMaxTokensCanExplain) {
  Wire wire;
  const std::size_t most = LargestResponse(Wire::Some());
  EXPECT_EQ(most, 65'536U + 64 * 2048);
  const std::size_t around = MessageJson("").dump().size();
  const std::string fits(most - around, 'x');
  wire.stub.Play({Says(fits + "x"), Says(fits)});
  EXPECT_EQ(wire.Ask().text, fits);
  EXPECT_EQ(wire.sent(), 2U);
  wire.PlayThenAnswer(Says(fits + "x"), 3);
  const Answer answer = wire.Ask();
  EXPECT_EQ(answer.outcome, Outcome::kUnanswered);
  EXPECT_EQ(answer.reason,
            "no answer in 3 attempts, the last: the response is larger than 192 kB, more than its "
            "max_tokens can explain");
}

TEST(Client, MixedFailuresStayWithinBothLimits) {
  Wire wire;
  wire.stub.Play({Reply(500, ""), Dropped(), Reply(500, ""), Dropped(), Reply(500, ""), Says("H")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kUnanswered);
  EXPECT_EQ(wire.sent(), 5U + 1);
}

TEST(Client, TimeoutIsAFailedAttempt) {
  Wire wire;
  wire.endpoint.http.timeout = milliseconds(150);
  wire.stub.Play(
      {Scene{"", Scene::End::kHang}, Cut(Says("t"), 30, Scene::End::kHang), Says("good")});
  EXPECT_EQ(wire.Ask().text, "good");
  EXPECT_EQ(wire.sent(), 3U);
}

TEST(Client, FinalRefusalsAreAskedOnce) {
  for (const Scene& scene :
       {Fails(400, "invalid_request_error", "max_tokens: Field required"), Reply(422, ""),
        Fails(429, "rate_limit_error", "no", {{"x-should-retry", "false"}}),
        Reply(200, MessageJson("", "pause_turn").dump())}) {
    Wire wire;
    wire.stub.Play({scene});
    EXPECT_EQ(wire.Ask().outcome, Outcome::kFailed) << scene.bytes;
    EXPECT_EQ(wire.sent(), 1U);
  }
  Wire wire;
  wire.stub.Play({Reply(200, MessageJson("", "refusal").dump())});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kRefused);
  EXPECT_EQ(wire.taken[0].usage.output_tokens, 16);
  wire.stub.Play({Fails(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kTooLong);
  wire.stub.Play({Reply(200, MessageJson("{\"fac", "max_tokens").dump())});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kCutOff);
  EXPECT_EQ(wire.sent(), 3U);
}

TEST(Client, TemperatureIsLeftOutOnceItIsRefused) {
  Wire wire;
  wire.endpoint.concurrency = 1;
  wire.stub.Play(
      {Fails(400, "invalid_request_error", "`temperature` is deprecated for this model."),
       Says("t")});
  wire.AskMany(2);
  ASSERT_EQ(wire.sent(), 3U);
  EXPECT_EQ(wire.taken.at(1).text, "t");
  EXPECT_TRUE(wire.stub.journal()[0].Json().contains("temperature"));
  EXPECT_FALSE(wire.stub.journal()[1].Json().contains("temperature"));
  EXPECT_FALSE(wire.stub.journal()[2].Json().contains("temperature"));
}

TEST(Client, FormatIsLeftOutOnceItIsRefused) {
  Wire wire;
  wire.stub.Play({Fails(400, "", "output_config: Extra inputs are not permitted"), Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  ASSERT_EQ(wire.sent(), 2U);
  EXPECT_FALSE(wire.stub.journal()[1].Json().contains("output_config"));
  EXPECT_TRUE(wire.stub.journal()[1].Json().contains("temperature"));
}

TEST(Client, CacheIsLeftOutOnceItIsRefusedAndThatIsNoAttempt) {
  for (const char* refusal : {"system.0.cache_control: Extra inputs are not permitted",
                              "system: Input should be a valid string"}) {
    Wire wire;
    wire.endpoint.concurrency = 1;
    wire.endpoint.max_request_attempts = 1;
    wire.stub.Play({Fails(400, "invalid_request_error", refusal), Says("t")});
    wire.AskMany(2);
    ASSERT_EQ(wire.sent(), 3U) << refusal;
    EXPECT_EQ(wire.taken.at(0).text + wire.taken.at(1).text, "tt") << refusal;
    EXPECT_TRUE(wire.stub.journal()[0].Json().at("system").is_array());
    EXPECT_TRUE(wire.stub.journal()[1].Json().at("system").is_string());
    EXPECT_TRUE(wire.stub.journal()[2].Json().at("system").is_string());
    EXPECT_TRUE(wire.stub.journal()[2].Json().contains("output_config"));
  }
}

TEST(Client, WhatIsLeftOutAlreadyIsNoReasonToAskAgain) {
  Wire wire;
  wire.stub.Play({Fails(400, "invalid_request_error", "temperature: is what I do not like")});
  EXPECT_EQ(wire.Ask().outcome, Outcome::kFailed);
  EXPECT_EQ(wire.sent(), 2U);
}

TEST(Client, UsageOfEveryAttemptCounts) {
  Wire wire;
  wire.stub.Play({Reply(200, R"({"usage":{"input_tokens":100,"output_tokens":10}})"), Says("t")});
  const Answer answer = wire.Ask();
  EXPECT_EQ(answer.usage.input_tokens, 108);
  EXPECT_EQ(answer.usage.output_tokens, 26);
  EXPECT_DOUBLE_EQ(answer.usage.cost_usd, (108 + 26 * 5) * 1e-6);
}

TEST(Client, TellsOnceThatTheModelHasChanged) {
  Wire wire;
  std::string told;
  wire.endpoint.model_changed = [&](const std::string& before, const std::string& now) {
    told += before + " > " + now + ";";
  };
  std::vector<Scene> scenes;
  for (const char* name : {"", "alias-1", "alias-1", "", "alias-2", "alias-1", "alias-3"}) {
    nlohmann::json message = MessageJson("t");
    message["model"] = name;
    scenes.push_back(Reply(200, message.dump()));
  }
  wire.endpoint.concurrency = 1;
  wire.stub.Play(scenes);
  wire.AskMany(7);
  EXPECT_EQ(told, "alias-1 > alias-2;");
}

TEST(Client, AnAnswerKnowsItsRequest) {
  Wire wire;
  wire.stub.Play({Reply(500, "", {{"request-id", "req_1"}}),
                  Reply(200, MessageJson("t").dump(), {{"request-id", "req_2"}}), Says("t")});
  EXPECT_EQ(wire.Ask().request_id, "req_2");
  EXPECT_EQ(wire.Ask().request_id, "");
}

TEST(Client, EveryRequestHasAFenceOfItsOwn) {
  Wire wire;
  wire.stub.Play({Reply(500, ""), Says("t")});
  wire.Ask();
  const auto fence = [&](std::size_t i) {
    return wire.stub.journal().at(i).Json().at("messages").at(0).at("content");
  };
  EXPECT_NE(fence(0), fence(1));
}

}  // namespace
}  // namespace soulprint
