// Asking over the wire: many at a time, waiting, pausing, and ending.

#include <gtest/gtest.h>

#include "http_stub.hpp"
#include "llm/client.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;

Scene Hanging() { return {"", Scene::End::kHang}; }

Scene Overloaded(const Lines& headers = {}) {
  return Fails(529, "overloaded_error", "Overloaded", headers);
}

TEST(ClientWaiting, SoManyInFlightAndNeverOneMore) {
  Wire wire;
  wire.endpoint.concurrency = 3;
  wire.endpoint.http.timeout = milliseconds(2000);
  wire.stub.Play({Late(Says("t"), 40)});
  const auto begin = HttpStub::Clock::now();
  wire.AskMany(20);
  EXPECT_GE(HttpStub::Clock::now() - begin, milliseconds(7 * 40));
  EXPECT_EQ(wire.taken.size(), 20U);
  EXPECT_EQ(wire.sent(), 20U);
  EXPECT_EQ(wire.stub.peak(), 3);
}

TEST(ClientWaiting, NothingIsFetchedBeforeThereIsRoom) {
  for (const Scene& scene : {Hanging(), Overloaded(), Reply(500, "")}) {
    Wire wire;
    wire.endpoint.concurrency = 3;
    wire.endpoint.delay_scale = 0.1;
    wire.stub.Play({Says("t"), scene});
    wire.idle = [&] {
      if (wire.sent() >= 4) throw PassStopped("stop");
    };
    EXPECT_EQ(wire.Ending(100).sqlstate(), sqlstate::kAdminShutdown);
    EXPECT_EQ(wire.fetched, 4);
  }
}

TEST(ClientWaiting, FirstRequestIsAlone) {
  Wire wire;
  wire.endpoint.delay_scale = 1;
  wire.stub.Play({Late(Says("t"), 50), Late(Says("t"), 50)});
  wire.AskMany(10);
  EXPECT_GE(wire.Gap(0, 1), milliseconds(0));
  EXPECT_EQ(wire.stub.peak(), 9);
}

TEST(ClientWaiting, AWrongKeyCostsOneRequest) {
  Wire wire;
  wire.endpoint.delay_scale = 1;
  wire.stub.Play({Fails(401, "authentication_error", "m")});
  wire.Ending(100);
  EXPECT_EQ(wire.sent(), 1U);
  EXPECT_EQ(wire.fetched, 1);
}

TEST(ClientWaiting, AnAnswerMayBringAnotherQuestion) {
  Wire wire;
  wire.stub.Play({Says("first"), Says("second")});
  std::vector<Question> waiting = {Wire::Some(1)};
  std::vector<std::string> texts;
  wire.model().Ask(
      [&]() -> std::optional<Question> {
        if (waiting.empty()) return std::nullopt;
        const Question question = waiting.back();
        waiting.pop_back();
        return question;
      },
      [&](const Question& question, const Answer& answer) {
        texts.push_back(answer.text);
        if (question.tag == 1) waiting.push_back(Wire::Some(2));
      });
  EXPECT_EQ(texts, (std::vector<std::string>{"first", "second"}));
}

TEST(ClientWaiting, AnswersThatComeTogetherMayBringQuestionsToo) {
  Wire wire;
  wire.endpoint.concurrency = 4;
  wire.stub.Play({Says("t"), Late(Says("t"), 30)});
  int left = 5;
  std::vector<Question> again;
  std::size_t taken = 0;
  wire.model().Ask(
      [&]() -> std::optional<Question> {
        if (left > 0) return Wire::Some(left--);
        if (again.empty()) return std::nullopt;
        const Question question = again.back();
        again.pop_back();
        return question;
      },
      [&](const Question& question, const Answer&) {
        ++taken;
        if (question.tag < 100) again.push_back(Wire::Some(static_cast<int>(question.tag) + 100));
      });
  EXPECT_EQ(taken, 10U);
}

TEST(ClientWaiting, QuestionsMayComeLate) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  wire.stub.Play({Late(Says("t"), 300), Says("t")});
  int asked = 0;
  std::size_t before_the_first = 0;
  wire.model().Ask(
      [&]() -> std::optional<Question> {
        // Nothing for a moment, although the first is still open.
        if (++asked == 2) return std::nullopt;
        return asked <= 3 ? std::optional(Wire::Some(asked)) : std::nullopt;
      },
      [&](const Question& question, const Answer&) {
        if (question.tag == 1) before_the_first = wire.sent();
      });
  EXPECT_EQ(before_the_first, 2U);
}

TEST(ClientWaiting, NoQuestionsNoRequests) {
  Wire wire;
  wire.AskMany(0);
  EXPECT_EQ(wire.sent(), 0U);
}

TEST(ClientWaiting, IdleIsCalledAllTheTime) {
  Wire wire;
  wire.stub.Play({Late(Says("t"), 350)});
  int idled = 0;
  wire.idle = [&] { ++idled; };
  wire.Ask();
  EXPECT_GE(idled, 3);
}

TEST(ClientWaiting, ServerIsAskedNoEarlierThanItWants) {
  Wire wire;
  wire.endpoint.delay_scale = 0.01;
  wire.stub.Play({Fails(429, "rate_limit_error", "m", {{"retry-after", "12"}}), Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  ASSERT_EQ(wire.sent(), 2U);
  EXPECT_GE(wire.Gap(0, 1), milliseconds(120));
  wire.stub.Play({Reply(503, "", {{"retry-after", "12"}}), Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  EXPECT_GE(wire.Gap(2, 3), milliseconds(120));
}

TEST(ClientWaiting, WaitsGrow) {
  Wire wire;
  wire.endpoint.delay_scale = 0.1;
  wire.stub.Play({Overloaded(), Overloaded(), Says("t")});
  EXPECT_EQ(wire.Ask().text, "t");
  ASSERT_EQ(wire.sent(), 3U);
  EXPECT_GE(wire.Gap(0, 1), std::chrono::microseconds(37'500));
  EXPECT_GE(wire.Gap(1, 2), milliseconds(75));
}

TEST(ClientWaiting, WaitingIsChargedToNoQuestion) {
  Wire wire;
  std::vector<Scene> scenes(20, Overloaded());
  scenes.push_back(Says("t"));
  wire.stub.Play(scenes);
  EXPECT_EQ(wire.Ask().text, "t");
  EXPECT_EQ(wire.sent(), 21U);
}

TEST(ClientWaiting, RetryAfterOnAnAnswerMeansNothing) {
  Wire wire;
  wire.endpoint.delay_scale = 1;
  wire.endpoint.concurrency = 1;
  wire.stub.Play({Says("t", {{"retry-after", "61"}})});
  wire.AskMany(2);
  EXPECT_LT(wire.Gap(0, 1), milliseconds(5000));
}

TEST(ClientWaiting, AllWaitTogetherAndComeBackOneAtATime) {
  Wire wire;
  wire.endpoint.concurrency = 4;
  wire.stub.Play({Says("t"), Late(Overloaded(), 50), Late(Overloaded(), 50), Late(Overloaded(), 50),
                  Late(Overloaded(), 50), Late(Says("t"), 20)});
  wire.AskMany(9);
  EXPECT_EQ(wire.taken.size(), 9U);
  EXPECT_EQ(wire.sent(), 13U);
  const auto journal = wire.stub.journal();
  for (std::size_t i = 1; i < 5; ++i) EXPECT_GE(journal[5].at, journal[i].answered);
  EXPECT_GE(journal[6].at, journal[5].answered);
}

TEST(ClientWaiting, HalfAnHourWithoutAnAnswerPauses) {
  Wire wire;
  wire.endpoint.delay_scale = 0.0001;  // 0.18 s
  wire.stub.Play({Overloaded()});
  const Error error = wire.Ending(5);
  EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_NE(std::string(error.what()).find("too busy for 30 minutes"), std::string::npos);
  EXPECT_LT(wire.sent(), 100U);
  for (const Answer& answer : wire.taken) EXPECT_EQ(answer.outcome, Outcome::kGivenUp);
}

TEST(ClientWaiting, LimitsOfAMinuteAreKept) {
  Wire wire;
  wire.endpoint.delay_scale = 0.1;  // a minute of six seconds
  wire.stub.Play({Says("t", {{"anthropic-ratelimit-requests-limit", "120"},
                             {"anthropic-ratelimit-requests-remaining", "0"}})});
  wire.AskMany(4);
  EXPECT_GE(wire.Gap(0, 1), milliseconds(40));
  EXPECT_GE(wire.Gap(0, 3), milliseconds(140));
}

TEST(ClientWaiting, AWaitEndsWhenRequestsMayNotBeSentAnyMore) {
  Wire wire;
  wire.endpoint.delay_scale = 1;
  wire.endpoint.key = [&] {
    if (wire.sent() == 1) throw PassStopped("other settings");
    return wire.key;
  };
  wire.stub.Play({Overloaded({{"retry-after", "100"}})});
  EXPECT_STREQ(wire.Ending(3).what(), "other settings");
}

TEST(ClientWaiting, LongWaitsAreNotWaitedFor) {
  for (const Scene& scene :
       {Overloaded({{"retry-after", "86400"}}), Reply(503, "", {{"retry-after", "121"}})}) {
    Wire wire;
    wire.stub.Play({scene});
    const Error error = wire.Ending();
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
    EXPECT_NE(error.hint(), "");
    EXPECT_EQ(wire.sent(), 1U);
  }
}

TEST(ClientWaiting, PauseEndsEverythingButWhatIsUnderWay) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  wire.stub.Play({Says("t"), Late(Says("paid for"), 100), Fails(402, "billing_error", "no money")});
  const Error error = wire.Ending(5);
  EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_NE(std::string(error.what()).find("no money"), std::string::npos);
  EXPECT_EQ(wire.sent(), 3U);
  ASSERT_EQ(wire.taken.size(), 3U);
  EXPECT_EQ(wire.taken[1].outcome, Outcome::kGivenUp);
  EXPECT_EQ(wire.taken[2].text, "paid for");
}

TEST(ClientWaiting, WhatIsGivenUpIsCountedToo) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  wire.endpoint.delay_scale = 1000;
  wire.stub.Play({Says("t"), Reply(200, R"({"usage":{"input_tokens":100,"output_tokens":10}})"),
                  Late(Fails(402, "billing_error", "no money"), 100)});
  wire.Ending(3);
  ASSERT_EQ(wire.taken.size(), 3U);
  for (int i : {1, 2}) {
    EXPECT_EQ(wire.taken[i].outcome, Outcome::kGivenUp);
    EXPECT_NE(wire.taken[i].reason.find("no money"), std::string::npos);
  }
  EXPECT_EQ(wire.taken[1].usage.input_tokens + wire.taken[2].usage.input_tokens, 100);
}

TEST(ClientWaiting, EachPauseTakesOneRequestAndKeepsTheKeyToItself) {
  for (const Scene& scene :
       {Fails(401, "authentication_error", "invalid x-api-key sk-ant-test-0123456789"),
        Fails(402, "billing_error", "m"), Fails(403, "permission_error", "m"),
        Fails(404, "not_found_error", "model: x"), Reply(307, "", {{"location", "http://[::1]/"}}),
        Fails(400, "invalid_request_error", "Your credit balance is too low to access")}) {
    Wire wire;
    wire.stub.Play({scene});
    const Error error = wire.Ending();
    EXPECT_EQ(error.sqlstate(), sqlstate::kCannotConnectNow) << scene.bytes;
    EXPECT_EQ(std::string(error.what()).find("sk-ant"), std::string::npos) << error.what();
    EXPECT_NE(error.hint(), "");
    EXPECT_EQ(wire.sent(), 1U);
  }
}

TEST(ClientWaiting, AddressThatCannotBeAskedPauses) {
  Wire wire;
  wire.endpoint.api_url = "ftp://127.0.0.1";
  EXPECT_EQ(wire.Ending().sqlstate(), sqlstate::kCannotConnectNow);
  EXPECT_EQ(wire.sent(), 0U);
}

TEST(ClientWaiting, AfterAPauseItCanBeAskedAgain) {
  Wire wire;
  wire.stub.Play({Fails(401, "authentication_error", "m"), Says("t")});
  wire.Ending();
  EXPECT_EQ(wire.Ask().text, "t");
}

TEST(ClientWaiting, KeyIsReadForEachAttempt) {
  Wire wire;
  int reads = 0;
  wire.endpoint.key = [&] { return "key-" + std::to_string(++reads); };
  wire.stub.Play({Reply(500, ""), Says("t")});
  wire.Ask();
  EXPECT_EQ(wire.stub.journal().at(0).Header("x-api-key"), "key-1");
  EXPECT_EQ(wire.stub.journal().at(1).Header("x-api-key"), "key-2");
}

TEST(ClientWaiting, KeyMayBeLongOrMissingButNotTwoLines) {
  Wire wire;
  wire.stub.Play({Says("t")});
  wire.key = std::string(1500, 'k');
  wire.Ask();
  EXPECT_EQ(wire.stub.journal().at(0).Header("x-api-key"), wire.key);
  wire.key = "";
  wire.Ask();
  EXPECT_EQ(wire.stub.journal().at(1).Header("x-api-key"), "");
  for (const char* wrong : {"two\nx-evil: 1", "line\n", "re\rturn"}) {
    wire.key = wrong;
    const Error error = wire.Ending();
    EXPECT_EQ(error.sqlstate(), sqlstate::kInternalError);
    EXPECT_EQ(std::string(error.what()).find(wrong), std::string::npos);
  }
  EXPECT_EQ(wire.sent(), 2U);
}

TEST(ClientWaiting, KeyThatCannotBeReadEndsItAfterWhatIsUnderWay) {
  Wire wire;
  wire.endpoint.concurrency = 2;
  int reads = 0;
  wire.endpoint.key = [&]() -> std::string {
    if (++reads == 3) throw Error(sqlstate::kIoError, "no key file");
    return "key";
  };
  wire.stub.Play({Says("t"), Late(Says("late"), 50)});
  EXPECT_EQ(wire.Ending(3).sqlstate(), sqlstate::kIoError);
  ASSERT_EQ(wire.taken.size(), 3U);
  EXPECT_EQ(wire.taken[1].outcome, Outcome::kGivenUp);
  EXPECT_EQ(wire.taken[2].text, "late");
  EXPECT_EQ(wire.sent(), 2U);
}

TEST(ClientWaiting, WhatIdleThrowsGivesEverythingUp) {
  Wire wire;
  wire.stub.Play({Hanging()});
  wire.idle = [&] {
    if (wire.sent() == 3) throw PassStopped("stop");
  };
  EXPECT_EQ(wire.Ending(3).sqlstate(), sqlstate::kAdminShutdown);
  EXPECT_TRUE(wire.stub.AwaitGivenUp(3));
}

TEST(ClientWaiting, WhatTakeThrowsGivesEverythingUp) {
  Wire wire;
  wire.stub.Play({Hanging(), Late(Says("t"), 100)});
  int fetched = 0;
  const auto next = [&] {
    return fetched++ < 2 ? std::optional(Wire::Some(fetched)) : std::nullopt;
  };
  const auto take = [](const Question&, const Answer&) { throw PassLost("gone"); };
  EXPECT_THROW(wire.model().Ask(next, take), Error);
  EXPECT_TRUE(wire.stub.AwaitGivenUp(1));
  wire.stub.Play({Says("again")});
  EXPECT_EQ(wire.Ask().text, "again");
}

}  // namespace
}  // namespace soulprint
