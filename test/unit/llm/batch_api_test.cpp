#include "llm/batch_api.hpp"

#include <gtest/gtest.h>

#include "http_stub.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

std::string Line(const std::string& name, const json& result) {
  return json{{"custom_id", name}, {"result", result}}.dump() + "\n";
}

std::string Succeeded(const std::string& name, const std::string& text,
                      const std::string& reason = "end_turn") {
  return Line(name, {{"type", "succeeded"}, {"message", MessageJson(text, reason)}});
}

TEST(BatchApi, ReadsABatch) {
  const auto batch = ReadBatch(
      R"({"id":"msgbatch_1","type":"message_batch","processing_status":"in_progress",
          "request_counts":{"processing":5,"succeeded":2,"errored":1,"canceled":0,"expired":0},
          "created_at":"2026-11-27T12:00:00.000Z","results_url":null})");
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->id, "msgbatch_1");
  EXPECT_FALSE(batch->ended);
  EXPECT_EQ(batch->requests, 8);
  EXPECT_EQ(batch->done, 3);
  EXPECT_EQ(batch->created_at, ParseTime("2026-11-27T12:00:00Z"));
  EXPECT_TRUE(ReadBatch(R"({"id":"b","processing_status":"ended"})")->ended);
}

TEST(BatchApi, ReadsNoBatch) {
  for (const char* body :
       {"", "[]", "{}", R"({"id":"b"})", R"({"id":1,"processing_status":"ended"})",
        R"({"processing_status":"ended"})", R"({"id":"../x","processing_status":"ended"})"}) {
    EXPECT_FALSE(ReadBatch(body)) << body;
  }
}

TEST(BatchApi, ReadsAPageOfBatches) {
  const auto page = ReadBatchPage(
      R"({"data":[{"id":"b2","processing_status":"ended"},3,{"id":"b1","processing_status":"canceling"}]})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ(page->front().id, "b2");
  EXPECT_FALSE(ReadBatchPage("{}"));
  EXPECT_FALSE(ReadBatchPage("<html>"));
}

TEST(BatchApi, ReadsResultsInAnyPieces) {
  const std::string lines = Succeeded("a", "one") + Succeeded("b", "two", "max_tokens") +
                            Succeeded("c", "", "refusal") + Succeeded("d", "last");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
    BatchResults results({0.5, 2.5});
    for (std::size_t at = 0; at < lines.size() - 1; at += piece) {
      EXPECT_TRUE(results.Add(std::string_view(lines).substr(at, piece)));
    }
    results.End();
    ASSERT_EQ(results.answers().size(), 4U);
    EXPECT_EQ(results.answers()["a"].text, "one");
    EXPECT_EQ(results.answers()["b"].outcome, Outcome::kCutOff);
    EXPECT_EQ(results.answers()["c"].outcome, Outcome::kRefused);
    EXPECT_EQ(results.answers()["d"].text, "last");
    EXPECT_EQ(results.usage().requests, 4);
    EXPECT_EQ(results.usage().refusals, 1);
    EXPECT_EQ(results.usage().input_tokens, 32);
    EXPECT_DOUBLE_EQ(results.usage().cost_usd, 4 * (8 * 0.5 + 16 * 2.5) / 1e6);
    EXPECT_DOUBLE_EQ(results.answers()["a"].usage.cost_usd, (8 * 0.5 + 16 * 2.5) / 1e6);
  }
}

TEST(BatchApi, WhatIsKeptForAnHourCostsTwice) {
  json message = MessageJson("one");
  message["usage"]["cache_creation_input_tokens"] = 100;
  message["usage"]["cache_creation"] = {{"ephemeral_1h_input_tokens", 100}};
  BatchResults results({0.5, 2.5});
  results.Add(Line("a", {{"type", "succeeded"}, {"message", message}}));
  EXPECT_DOUBLE_EQ(results.usage().cost_usd, (208 * 0.5 + 16 * 2.5) / 1e6);
}

TEST(BatchApi, ALineThatComesTwiceCountsOnce) {
  BatchResults results({1, 5});
  results.Add(Succeeded("a", "one") + Succeeded("a", "two"));
  results.End();
  EXPECT_EQ(results.answers()["a"].text, "one");
  EXPECT_EQ(results.usage().requests, 1);
}

TEST(BatchApi, WhatDidNotSucceedHasNoAnswer) {
  json too_long = MessageJson("x", "model_context_window_exceeded");
  BatchResults results({1, 5});
  results.Add(Line("a", {{"type", "errored"}, {"error", {{"type", "error"}}}}) +
              Line("b", {{"type", "expired"}}) + Line("c", {{"type", "canceled"}}) +
              Line("d", {{"type", "succeeded"}}) +
              Line("e", {{"type", "succeeded"}, {"message", too_long}}) +
              Line("f", {{"type", "succeeded"}, {"message", {{"content", 1}}}}) +
              "no JSON\n[]\n{}\n");
  results.End();
  EXPECT_TRUE(results.answers().empty());
  EXPECT_EQ(results.usage().requests, 6);
  EXPECT_EQ(results.usage().input_tokens, 8);
}

TEST(BatchApi, AnEndlessLineIsRefused) {
  BatchResults results({1, 5});
  const std::string piece(std::size_t{1} << 20, 'x');
  bool taken = true;
  int pieces = 0;
  for (; taken && pieces < 100; ++pieces) taken = results.Add(piece);
  EXPECT_FALSE(taken);
  EXPECT_LT(pieces, 20);
}

TEST(BatchApi, SpeaksToOneAddress) {
  HttpStub stub;
  Endpoint endpoint;
  endpoint.api_url = stub.url() + "/";
  endpoint.key = [] { return std::string("sk-ant-test"); };
  stub.Play({Reply(200, R"({"id":"b1"})"), Reply(200, Succeeded("a", "one")), Reply(404, "{}")});
  BatchApi api(endpoint, [] {});
  std::string body;
  EXPECT_EQ(api.Get("/b1", &body).status, 200);
  EXPECT_EQ(body, R"({"id":"b1"})");
  BatchResults results({1, 5});
  EXPECT_EQ(api.Results("b1", &results).status, 200);
  EXPECT_EQ(results.answers().size(), 1U);
  HttpRequest request = api.Request("/b1/cancel");
  EXPECT_EQ(api.Post(std::move(request)).status, 404);
  const auto journal = stub.journal();
  ASSERT_EQ(journal.size(), 3U);
  EXPECT_EQ(journal[0].start_line, "GET /v1/messages/batches/b1 HTTP/1.1");
  EXPECT_EQ(journal[1].start_line, "GET /v1/messages/batches/b1/results HTTP/1.1");
  EXPECT_EQ(journal[2].start_line, "POST /v1/messages/batches/b1/cancel HTTP/1.1");
  for (const auto& received : journal) {
    EXPECT_EQ(received.Header("x-api-key"), "sk-ant-test");
    EXPECT_EQ(received.Header("anthropic-version"), "2023-06-01");
  }
}

}  // namespace
}  // namespace soulprint
