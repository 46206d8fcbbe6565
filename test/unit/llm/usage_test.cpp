// What requests take, as the client tells it.

#include "llm/usage.hpp"

#include <gtest/gtest.h>

#include "http_stub.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

// Asks `count` questions and adds up what was spent.
Usage Spent(Wire* wire, int count = 1) {
  Usage all;
  wire->endpoint.spent = [&](const Question& question, const Usage& usage) {
    EXPECT_EQ(question.model, Wire::Some().model);
    all.Add(usage);
  };
  try {
    wire->AskMany(count);
  } catch (const Error&) {
  }
  return all;
}

TEST(Usage, EveryRequestIsCounted) {
  Wire wire;
  wire.stub.Play({Reply(500, ""), Says("a"), Says("b")});
  const Usage usage = Spent(&wire, 2);
  EXPECT_EQ(usage.requests, 3);
  EXPECT_EQ(usage.retries, 1);
  EXPECT_EQ(usage.lost, 0);
  EXPECT_EQ(usage.input_tokens, 16);
  EXPECT_EQ(usage.output_tokens, 32);
  EXPECT_DOUBLE_EQ(usage.cost_usd, (16 + 32 * 5) * 1e-6);
}

TEST(Usage, TokensOfTheCacheAreToldApart) {
  Wire wire;
  nlohmann::json message = MessageJson("t");
  message["usage"] = {{"input_tokens", 10},
                      {"cache_creation_input_tokens", 100},
                      {"cache_read_input_tokens", 1000},
                      {"output_tokens", 1}};
  wire.stub.Play({Reply(200, message.dump())});
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.input_tokens, 1110);
  EXPECT_EQ(usage.cache_written_tokens, 100);
  EXPECT_EQ(usage.cache_read_tokens, 1000);
  EXPECT_DOUBLE_EQ(usage.cost_usd, (10 + 125 + 100 + 5) * 1e-6);
}

TEST(Usage, ARefusalIsCountedAndPaidFor) {
  Wire wire;
  wire.stub.Play({Reply(200, MessageJson("", "refusal").dump())});
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.refusals, 1);
  EXPECT_EQ(usage.input_tokens, 8);
}

TEST(Usage, WhatBreaksOffMayBeBilled) {
  Wire wire;
  wire.stub.Play({Cut(Says("a"), 10), {"", Scene::End::kReset}, Reply(200, "<html>"), Says("a")});
  wire.endpoint.max_request_attempts = 5;
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.lost, 3);
}

TEST(Usage, AnUnreadableMessageThatTellsItsTokensIsNotLost) {
  Wire wire;
  wire.stub.Play({Reply(200, R"({"usage":{"input_tokens":100,"output_tokens":10}})"), Says("t")});
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.lost, 0);
  EXPECT_EQ(usage.input_tokens, 108);
}

TEST(Usage, AnAnswerThatDoesNotTellItsTokensIsLost) {
  const std::vector<nlohmann::json> untold = {nullptr,
                                              nlohmann::json::object(),
                                              {{"input_tokens", 0}, {"output_tokens", 0}},
                                              {{"input_tokens", 9}},
                                              {{"input_tokens", 9}, {"output_tokens", nullptr}}};
  for (const nlohmann::json& usage : untold) {
    Wire wire;
    nlohmann::json message = MessageJson("t");
    message["usage"] = usage;
    wire.stub.Play({Reply(200, message.dump())});
    EXPECT_EQ(Spent(&wire).lost, 1) << usage;
  }
  Wire wire;
  nlohmann::json refusal = MessageJson("", "refusal");
  refusal.erase("usage");
  wire.stub.Play({Reply(200, refusal.dump())});
  EXPECT_EQ(Spent(&wire).lost, 1);
}

TEST(Usage, AnErrorThatTellsItsTokensIsCounted) {
  Wire wire;
  wire.stub.Play({Reply(200,
                        "data: {\"type\":\"message_start\",\"message\":{\"usage\":"
                        "{\"input_tokens\":25,\"output_tokens\":1}}}\n\n"
                        "data: {\"error\":{\"type\":\"overloaded_error\"}}\n\n"),
                  Says("t")});
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.input_tokens, 33);
  EXPECT_EQ(usage.lost, 0);
}

TEST(Usage, AnErrorIsNotLost) {
  for (const int status : {400, 200}) {
    Wire wire;
    wire.stub.Play({Reply(status, R"({"error":{"type":"invalid_request_error","message":"m"}})")});
    EXPECT_EQ(Spent(&wire).lost, 0) << status;
  }
}

TEST(Usage, WhatWasNeverSentIsNotLost) {
  Wire wire;
  wire.endpoint.api_url = "http://127.0.0.1:1";
  const Usage usage = Spent(&wire);
  EXPECT_GT(usage.requests, 0);
  EXPECT_EQ(usage.lost, 0);
  wire.endpoint.api_url = "https://model.invalid";
  wire.endpoint.http.proxy = wire.stub.url();
  wire.stub.Play({Reply(502, "")});
  wire.kept.reset();
  EXPECT_EQ(Spent(&wire).lost, 0) << "the proxy was asked, but nobody else";
}

TEST(Usage, AProbeIsCounted) {
  Wire wire;
  wire.stub.Play({Reply(403, "<html>blocked</html>"), Says("H")});
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.requests, 2);
  EXPECT_EQ(usage.input_tokens, 8);
}

TEST(Usage, WhatIsGivenUpInFlightMayBeBilled) {
  Wire wire;
  wire.stub.Play({{"", Scene::End::kHang}});
  wire.idle = [&] {
    if (wire.sent() == 1) throw Canceled("stop");
  };
  const Usage usage = Spent(&wire);
  EXPECT_EQ(usage.requests, 1);
  EXPECT_EQ(usage.lost, 1);
}

}  // namespace
}  // namespace soulprint
