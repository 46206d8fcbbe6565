// What requests take, as the client tells it.

#include "llm/usage.hpp"

#include <gtest/gtest.h>

#include "http_stub.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

class Counter : public Payer {
 public:
  bool Reserve(double most, double) override {
    reserved_ += most;
    return true;
  }
  void Pay(const Question& question, const Usage& usage, double reserved) override {
    EXPECT_EQ(question.model, Wire::Some().model);
    EXPECT_LE(usage.cost_usd + usage.lost_usd, reserved);
    reserved_ -= reserved;
    all.Add(usage);
  }
  ~Counter() override { EXPECT_NEAR(reserved_, 0, 1e-12); }

  Usage all;

 private:
  double reserved_ = 0;
};

// Asks `count` questions and adds up what was spent.
Usage Spent(Wire* wire, int count = 1) {
  Counter counter;
  wire->endpoint.payer = &counter;
  try {
    wire->AskMany(count);
  } catch (const Error&) {
  }
  wire->endpoint.payer = nullptr;
  return counter.all;
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

// --- limits of cost

// Has money for `most` requests in flight, and for `all` in all.
class Purse : public Counter {
 public:
  Purse(int most, int all) : free_(most), left_(all) {}
  bool Reserve(double most, double later) override {
    if (left_ == 0) throw CostLimit("no money is left", "", "");
    if (free_ == 0) return false;
    --free_;
    --left_;
    later_ = later;
    return Counter::Reserve(most, later);
  }
  void Pay(const Question& question, const Usage& usage, double reserved) override {
    ++free_;
    Counter::Pay(question, usage, reserved);
  }
  double later() const { return later_; }

 private:
  int free_;
  int left_;
  double later_ = 0;
};

TEST(Usage, WhatCannotBePaidForNowWaits) {
  Wire wire;
  Purse purse(2, 100);
  wire.endpoint.payer = &purse;
  wire.stub.Play(std::vector<Scene>(10, Says("t")));
  wire.AskMany(10);
  EXPECT_EQ(wire.taken.size(), 10U);
  EXPECT_LE(wire.stub.peak(), 2);
}

TEST(Usage, WhatCannotBePaidForEndsAskingAfterTheAnswers) {
  Wire wire;
  Purse purse(10, 4);
  wire.endpoint.payer = &purse;
  wire.stub.Play(std::vector<Scene>(10, Says("t")));
  EXPECT_EQ(wire.Ending(10).sqlstate(), "53400");
  EXPECT_EQ(wire.sent(), 4U);
  int answered = 0;
  for (const Answer& answer : wire.taken) {
    answered += answer.outcome == Outcome::kAnswered ? 1 : 0;
  }
  EXPECT_EQ(answered, 4);
}

TEST(Usage, EachAttemptIsPaidFor) {
  Wire wire;
  Purse purse(10, 2);
  wire.endpoint.payer = &purse;
  wire.stub.Play({Reply(500, ""), Reply(500, ""), Says("t")});
  EXPECT_EQ(wire.Ending().sqlstate(), "53400");
  EXPECT_EQ(wire.sent(), 2U);
}

TEST(Usage, WhatIsLostCanHaveCostTheMost) {
  Wire wire;
  wire.stub.Play({Cut(Says("a"), 10), Says("a")});
  const Usage usage = Spent(&wire);
  const Question question = Wire::Some();
  EXPECT_EQ(usage.lost_usd,
            MostUsd(question, wire.stub.journal()[0].body.size(), wire.endpoint.prices));
  EXPECT_GT(usage.lost_usd, question.max_tokens * 5e-6);
}

TEST(Usage, MoneyIsLeftForLaterQuestions) {
  Question question = Wire::Some();
  question.later = {{.bytes = 1'000'000, .max_tokens = 1000}, {.bytes = 1000, .max_tokens = 0}};
  EXPECT_DOUBLE_EQ(LaterUsd(question, {1, 5}), (200'000 + 5000 + 1000) * 1e-6);
}

}  // namespace
}  // namespace soulprint
