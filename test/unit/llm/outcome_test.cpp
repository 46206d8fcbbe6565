// Every status and stop reason has its class; a body only refines it.

#include "llm/outcome.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http_stub.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

constexpr std::string_view kKey = "sk-ant-test-0123456789";

Classified Whole(int status, const std::string& body,
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpResponse response;
  response.end = HttpEnd::kWhole;
  response.status = status;
  response.body = body;
  response.headers = std::move(headers);
  return Classify(response, kKey, std::chrono::system_clock::from_time_t(0));
}

Classified Refused(int status, const std::string& message, const std::string& code = "",
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
  const json error = {
      {"type", "some_error"}, {"message", message}, {"details", {{"error_code", code}}}};
  return Whole(status, json({{"type", "error"}, {"error", error}}).dump(), std::move(headers));
}

Classified Stopped(const std::string& reason) {
  return Whole(200, MessageJson("t", reason).dump());
}

Classified Ended(HttpEnd end, int status) {
  HttpResponse response;
  response.end = end;
  response.error = "why";
  response.status = status;
  return Classify(response, kKey, {});
}

bool Fails(const Classified& classified) {
  return classified.disposition == Disposition::kDone && classified.outcome == Outcome::kFailed;
}

bool IsTooLong(const Classified& classified) {
  return classified.disposition == Disposition::kDone && classified.outcome == Outcome::kTooLong;
}

TEST(Judge, StopReasons) {
  EXPECT_EQ(Stopped("end_turn").outcome, Outcome::kAnswered);
  EXPECT_EQ(Stopped("end_turn").text, "t");
  EXPECT_EQ(Stopped("end_turn").reason, "");
  EXPECT_EQ(Stopped("stop_sequence").outcome, Outcome::kAnswered);
  EXPECT_EQ(Stopped("brand_new").outcome, Outcome::kAnswered);
  EXPECT_EQ(Stopped("tool_use").outcome, Outcome::kAnswered);
  EXPECT_EQ(Stopped("max_tokens").outcome, Outcome::kCutOff);
  EXPECT_EQ(Stopped("refusal").outcome, Outcome::kRefused);
  EXPECT_TRUE(IsTooLong(Stopped("model_context_window_exceeded")));
  EXPECT_TRUE(Fails(Stopped("pause_turn")));
}

TEST(Judge, RefusalSaysWhyAndIsPaidFor) {
  json message = MessageJson("", "refusal");
  message["stop_details"] = {{"type", "refusal"}, {"category", "bio"}, {"explanation", nullptr}};
  const Classified classified = Whole(200, message.dump());
  EXPECT_EQ(classified.outcome, Outcome::kRefused);
  EXPECT_EQ(classified.reason, "the model refused: bio");
  EXPECT_EQ(classified.tokens.input, 8);
  EXPECT_EQ(classified.tokens.output, 16);
}

TEST(Judge, UnreadableSuccessIsResentAndItsUsageCounts) {
  for (const char* body : {"", "<html>", "{\"type\":\"ping\"}", "[]", "null"}) {
    EXPECT_EQ(Whole(200, body).disposition, Disposition::kResend) << body;
  }
  const Classified classified = Whole(200, R"({"usage":{"input_tokens":5,"output_tokens":6}})");
  EXPECT_EQ(classified.disposition, Disposition::kResend);
  EXPECT_EQ(classified.tokens.input, 5);
  EXPECT_EQ(Ended(HttpEnd::kBroken, 200).disposition, Disposition::kResend);
  EXPECT_EQ(Ended(HttpEnd::kTooLarge, 200).disposition, Disposition::kResend);
  EXPECT_EQ(Ended(HttpEnd::kTooLarge, 200).reason, "why, more than its max_tokens can explain");
}

TEST(Judge, NoResponse) {
  EXPECT_EQ(Ended(HttpEnd::kBroken, 0).disposition, Disposition::kResend);
  EXPECT_EQ(Ended(HttpEnd::kMisconfigured, 0).disposition, Disposition::kPause);
  EXPECT_EQ(Ended(HttpEnd::kMisconfigured, 0).reason, "the model server cannot be asked: why");
}

TEST(Judge, StatusDecidesEvenIfTheBodyIsBroken) {
  EXPECT_TRUE(IsTooLong(Ended(HttpEnd::kBroken, 413)));
  EXPECT_EQ(Ended(HttpEnd::kBroken, 401).disposition, Disposition::kPause);
  EXPECT_EQ(Ended(HttpEnd::kTooLarge, 500).disposition, Disposition::kRetry);
}

TEST(Judge, ServersThatCannotAreAskedAgain) {
  for (int status : {408, 409, 500, 502, 503, 504, 520, 599}) {
    EXPECT_EQ(Whole(status, "<html>").disposition, Disposition::kRetry) << status;
  }
  EXPECT_EQ(Refused(429, "slow down").disposition, Disposition::kWait);
  EXPECT_EQ(Refused(429, "", "ramp_limit_exceeded").disposition, Disposition::kWait);
  EXPECT_EQ(Refused(529, "Overloaded").disposition, Disposition::kWait);
}

TEST(Judge, WhatAPersonMustChangePauses) {
  for (int status : {301, 302, 307, 308, 401, 402, 403, 404}) {
    const Classified classified = Refused(status, "why");
    EXPECT_EQ(classified.disposition, Disposition::kPause) << status;
    EXPECT_NE(classified.reason.find("HTTP " + std::to_string(status) + " some_error: why"),
              std::string::npos);
    EXPECT_TRUE(classified.hint.ends_with("."));
  }
  for (const char* limit : {"Your credit balance is too low to access the Anthropic API...",
                            "You have reached your specified API usage limits. You will regain",
                            "You have reached your workspace API usage limits."}) {
    EXPECT_EQ(Refused(400, limit).disposition, Disposition::kPause) << limit;
  }
  EXPECT_EQ(Refused(429, "", "enforced_spend_limit_reached").disposition, Disposition::kPause);
  EXPECT_EQ(Refused(429, "", "contract_spend_limit_reached").disposition, Disposition::kPause);
}

// A body by whose it is: the API's own error, a gateway's JSON, a firewall's page.
TEST(Judge, WhatIsNotTheApisOwnErrorMayBeMeantForOneQuestion) {
  const std::string own = R"({"type":"error","error":{"type":"new_error","message":"m"}})";
  const std::vector<std::string> others = {
      "",
      "<html>403 Forbidden</html>",
      "Forbidden",
      "null",
      "[]",
      R"({"message":"Forbidden"})",
      R"({"error":"forbidden"})",
      R"({"type":"error"})",
      R"({"type":"error","error":"permission_error"})",
      R"({"type":"error","error":{"message":"m"}})",
      R"({"type":"error","error":{"type":"forbidden","message":"Request not allowed"}})",
      R"({"error":{"type":"permission_error","message":"m"}})",
      R"({"type":"message","error":{"type":"permission_error","message":"m"}})",
      own + "<!-- -->"};
  struct Row {
    int status;
    Disposition of_others;
  };
  for (const Row& row : {Row{301, Disposition::kPause}, Row{307, Disposition::kPause},
                         Row{401, Disposition::kPause}, Row{402, Disposition::kPause},
                         Row{403, Disposition::kBlocked}, Row{404, Disposition::kBlocked}}) {
    EXPECT_EQ(Whole(row.status, own).disposition, Disposition::kPause) << row.status;
    for (const std::string& body : others) {
      EXPECT_EQ(Whole(row.status, body).disposition, row.of_others) << row.status << body;
    }
  }
  for (const std::string& body : others) {
    const Classified proxy = Whole(407, body);
    EXPECT_EQ(proxy.disposition, Disposition::kPause) << body;
    EXPECT_FALSE(MayBeOneQuestions(proxy));
    EXPECT_NE(proxy.hint.find("soulprint.proxy"), std::string::npos);
  }
  for (int status : {400, 405, 406, 410, 418, 451}) {
    for (const std::string& body : others) EXPECT_TRUE(Fails(Whole(status, body))) << status;
  }
  EXPECT_EQ(Ended(HttpEnd::kBroken, 403).disposition, Disposition::kBlocked);
  EXPECT_EQ(Ended(HttpEnd::kTooLarge, 404).disposition, Disposition::kBlocked);
  // Words of a question that come back are no spend limit.
  EXPECT_EQ(
      Whole(400, R"({"error":"input: 'Your credit balance is too low' is not JSON"})").disposition,
      Disposition::kBlocked);
}

TEST(Judge, WhatIsBlockedEndsAloneOrForEverybody) {
  const Classified blocked = Whole(403, R"({"message":"said"})", {{"request-id", "req_1"}});
  EXPECT_EQ(blocked.reason,
            "not the Messages API but something in front of it answers (HTTP 403: said)");
  EXPECT_TRUE(blocked.hint.ends_with("then reload the server's configuration."));
  EXPECT_NE(Whole(404, R"({"error":{"message":"model m"}})").reason.find("HTTP 404: model m"),
            std::string::npos);
  const Classified alone = FailedAlone(blocked);
  EXPECT_TRUE(Fails(alone));
  EXPECT_EQ(alone.reason,
            "something in front of the model server refuses this question (HTTP 403)");
  EXPECT_EQ(alone.request_id, "req_1");
}

TEST(Judge, WhatAProbeSays) {
  for (const Classified& classified : {Stopped("max_tokens"), Stopped("refusal"), Refused(400, "m"),
                                       Refused(400, "temperature"), Refused(413, "m")}) {
    EXPECT_TRUE(Answers(classified)) << classified.reason;
  }
  for (const Classified& classified :
       {Refused(401, "m"), Refused(403, "m"), Whole(404, ""), Whole(307, ""), Refused(429, "m"),
        Refused(529, "m"), Ended(HttpEnd::kMisconfigured, 0), Refused(500, "m"), Whole(502, ""),
        Whole(200, "<html>"), Ended(HttpEnd::kBroken, 0), Ended(HttpEnd::kTooLarge, 200)}) {
    EXPECT_FALSE(Answers(classified)) << classified.reason;
  }
}

TEST(Judge, APauseSaysWhatFailedAndWhatToDo) {
  struct Row {
    Classified classified;
    const char* reason;
  };
  for (const Row& row :
       {Row{Ended(HttpEnd::kBroken, 0), "the model server does not answer: why"},
        Row{Whole(503, "<html>"), "the model server does not answer: HTTP 503"},
        Row{Whole(200, "<html>", {{"content-type", "text/html"}}),
            "this is not the Messages API: the response is not a readable message (text/html)"},
        Row{Refused(529, "m"),
            "the model server has been too busy for 30 minutes: HTTP 529 some_error: m"},
        Row{Refused(429, "m", "", {{"retry-after", "121"}}),
            "model server asked not to be contacted for 121 s: HTTP 429 some_error: m"}}) {
    const ServerUnavailable error = PauseError(row.classified);
    EXPECT_EQ(std::string(error.what()), row.reason);
    EXPECT_TRUE(error.hint().ends_with(".")) << error.hint();
    EXPECT_LE(error.hint().size(), 255U);
  }
}

TEST(Judge, KeyAndAccountAreNobodysQuestion) {
  for (int status : {401, 402}) EXPECT_FALSE(MayBeOneQuestions(Refused(status, "m"))) << status;
  for (int status : {307, 403, 404}) EXPECT_TRUE(MayBeOneQuestions(Refused(status, "m"))) << status;
  EXPECT_FALSE(MayBeOneQuestions(Ended(HttpEnd::kMisconfigured, 0)));
}

TEST(Judge, WhatIsTooLongIsSplit) {
  EXPECT_TRUE(IsTooLong(Refused(400, "prompt is too long: 207500 tokens > 200000 maximum")));
  EXPECT_TRUE(IsTooLong(Refused(
      400, "input length and `max_tokens` exceed context limit: 1 + 2 > 3, decrease input")));
  EXPECT_TRUE(IsTooLong(Refused(413, "request_too_large")));
  const Classified html = Whole(413, "<html>" + std::string(5000, 'x'));
  EXPECT_TRUE(IsTooLong(html));
  EXPECT_EQ(html.reason, "HTTP 413");
}

TEST(Judge, OtherRefusalsAreFinal) {
  for (int status : {400, 405, 415, 418, 422, 499}) {
    EXPECT_TRUE(Fails(Refused(status, "max_tokens: Field required"))) << status;
  }
  EXPECT_EQ(Refused(400, "max_tokens: Field required").reason,
            "HTTP 400 some_error: max_tokens: Field required");
  EXPECT_LE(Refused(400, std::string(100'000, 'x')).reason.size(), 1024U);
}

TEST(Judge, WhatCanBeLeftOutIs) {
  for (const char* message : {"`temperature` is deprecated for this model.",
                              "temperature: Extra inputs are not permitted"}) {
    EXPECT_EQ(Refused(400, message).disposition, Disposition::kWithout);
    EXPECT_EQ(Refused(400, message).without, &NotTaken::temperature);
  }
  const char* const kFormat = "output_config: Extra inputs are not permitted";
  EXPECT_EQ(Refused(400, kFormat).without, &NotTaken::format);
  for (int status : {400, 403}) {
    EXPECT_EQ(Refused(status, "your request did not allow prompt caching").disposition,
              Disposition::kWithout);
    EXPECT_EQ(Refused(status, "your request did not allow prompt caching").without,
              &NotTaken::cache);
  }
}

TEST(Judge, ServerSaysWhetherToRetry) {
  const auto told = [](int status, const char* message, const char* should) {
    return Refused(status, message, "", {{"x-should-retry", should}});
  };
  EXPECT_TRUE(Fails(told(429, "", "false")));
  EXPECT_TRUE(Fails(told(529, "", "false")));
  EXPECT_TRUE(Fails(told(500, "", "false")));
  EXPECT_EQ(told(400, "", "true").disposition, Disposition::kRetry);
  EXPECT_EQ(told(429, "", "true").disposition, Disposition::kWait);
  EXPECT_EQ(told(401, "", "true").disposition, Disposition::kPause);
  EXPECT_TRUE(IsTooLong(told(400, "prompt is too long", "true")));
  EXPECT_TRUE(Fails(told(400, "", "perhaps")));
}

TEST(Judge, RetryAfterIsReadOnErrorsOnly) {
  const auto after = [](const std::string& value) {
    return Refused(429, "", "", {{"retry-after", value}}).retry_after;
  };
  EXPECT_EQ(after("16"), std::chrono::seconds(16));
  EXPECT_EQ(after("Thu, 01 Jan 1970 00:00:01 GMT"), std::chrono::seconds(1));
  for (const char* none : {"0", "abc", ""}) EXPECT_FALSE(after(none)) << none;
  EXPECT_FALSE(Whole(200, MessageJson("t").dump(), {{"retry-after", "61"}}).retry_after);
}

TEST(Judge, ProxiesMayRewriteRetryAfter) {
  const auto after = [](std::vector<std::pair<std::string, std::string>> headers) {
    return Whole(503, "<html>", std::move(headers)).retry_after;
  };
  EXPECT_EQ(after({{"Retry-After", "5"}, {"RETRY-AFTER", "20"}, {"retry-after", "x"}}),
            std::chrono::seconds(20));
  EXPECT_EQ(after({{"retry-after", "999999999"}}), std::chrono::hours(24));
  for (const char* none : {"1.5", "30s", "5, 20", "-1"}) {
    EXPECT_FALSE(after({{"retry-after", none}})) << none;
  }
}

// The clock of this machine is 1970.
TEST(Judge, ADateCountsFromTheServersOwn) {
  const auto after = [](const std::string& date) {
    return Whole(429, "", {{"Date", date}, {"retry-after", "Fri, 01 Mar 2024 10:00:05 GMT"}})
        .retry_after;
  };
  EXPECT_EQ(after("Fri, 01 Mar 2024 10:00:00 GMT"), std::chrono::seconds(5));
  EXPECT_FALSE(after("Fri, 01 Mar 2024 11:00:00 GMT"));
  EXPECT_EQ(after("today"), std::chrono::hours(24));
}

TEST(Judge, NamesTheRequestAndNeverTheKey) {
  const std::string key(kKey);
  const Classified classified =
      Refused(401, "invalid x-api-key " + key + " and " + key, "", {{"request-id", "req_" + key}});
  EXPECT_EQ(classified.reason.find(key), std::string::npos);
  EXPECT_NE(classified.reason.find("invalid x-api-key *** and ***"), std::string::npos);
  EXPECT_EQ(classified.request_id, "req_***");
  EXPECT_TRUE(classified.reason.ends_with(")")) << classified.reason;  // the same for everybody
  const Classified half = Refused(400, std::string(990, 'x') + key);
  EXPECT_EQ(half.reason.find("sk-ant"), std::string::npos);
}

}  // namespace
}  // namespace soulprint
