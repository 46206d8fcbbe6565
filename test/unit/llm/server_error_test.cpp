// Errors are read in every server's form.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http_stub.hpp"
#include "llm/messages.hpp"

namespace soulprint {
namespace {

TEST(ReadError, AnErrorThatComesWith200HasAStatus) {
  EXPECT_EQ(StatusOfError(R"({"type":"error","error":{"type":"authentication_error"}})"), 401);
  EXPECT_EQ(StatusOfError(R"({"error":{"message":"m","code":"429"}})"), 429);
  EXPECT_EQ(StatusOfError(R"({"error":"model crashed"})"), 500);
  EXPECT_EQ(StatusOfError(R"({"error":{"message":"m","code":12345}})"), 500);
  EXPECT_EQ(StatusOfError(R"({"detail":"Not Found","status":404})"), 404);
  EXPECT_EQ(StatusOfError(R"({"type":"error","message":"m"})"), 500);
  for (const std::string& other : {MessageJson("t").dump(), std::string("[]"), std::string("{}"),
                                   std::string("<html>"), std::string(R"({"error":null})")}) {
    EXPECT_EQ(StatusOfError(other), std::nullopt) << other;
  }
}

TEST(ReadError, AnErrorWith200HasTheStatusOfItsTypeOrCode) {
  const std::pair<const char*, int> kTypes[] = {
      {"invalid_request_error", 400}, {"authentication_error", 401}, {"billing_error", 402},
      {"permission_error", 403},      {"not_found_error", 404},      {"conflict_error", 409},
      {"request_too_large", 413},     {"rate_limit_error", 429},     {"api_error", 500},
      {"timeout_error", 500},         {"overloaded_error", 529},     {"new_error", 500}};
  for (const auto& [type, status] : kTypes) {
    const nlohmann::json error = {{"type", type}, {"message", "m"}};
    EXPECT_EQ(StatusOfError(nlohmann::json({{"type", "error"}, {"error", error}}).dump()), status);
    EXPECT_EQ(StatusOfError(nlohmann::json({{"error", error}}).dump()), status) << type;
  }
  const std::pair<const char*, int> kCodes[] = {{"invalid_api_key", 401},
                                                {"model_not_found", 404},
                                                {"insufficient_quota", 429},
                                                {"rate_limit_exceeded", 429},
                                                {"context_length_exceeded", 400}};
  for (const auto& [code, status] : kCodes) {
    const nlohmann::json error = {
        {"message", "m"}, {"type", "server_error"}, {"param", nullptr}, {"code", code}};
    EXPECT_EQ(StatusOfError(nlohmann::json({{"error", error}}).dump()), status) << code;
  }
}

TEST(ReadError, AnErrorInTheMiddleOfAStreamIsFound) {
  const std::string body =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
      "{\"input_tokens\":25,\"output_tokens\":1}}}\n\n: ping\n\nevent: error\n"
      "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n";
  EXPECT_EQ(StatusOfError(body), 529);
  EXPECT_EQ(ReadError(body).message, "m");
  EXPECT_EQ(ReadTokens(body).input, 25) << "it is billed";
}

TEST(ReadError, ReadsEveryServersShape) {
  const ServerError error = ReadError(
      R"({"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"c"}}})");
  EXPECT_EQ(error.type, "rate_limit_error");
  EXPECT_TRUE(error.own);
  EXPECT_EQ(error.message, "m");
  EXPECT_EQ(error.code, "c");
  EXPECT_FALSE(ReadError(R"({"error":{"type":"rate_limit_error"}})").own);
  EXPECT_EQ(ReadError(R"({"error":{"message":"openai","code":400}})").message, "openai");
  EXPECT_EQ(ReadError(R"({"error":"ollama"})").message, "ollama");
  EXPECT_EQ(ReadError(R"({"message":"m","__type":"ValidationException"})").code,
            "ValidationException");
  EXPECT_EQ(ReadError(R"({"detail":"fastapi"})").message, "fastapi");
  EXPECT_EQ(ReadError(R"({"detail":{"error":"a","message":"b"}})").message, "a");
  const ServerError extra = ReadError(
      R"({"detail":[{"type":"extra_forbidden","loc":["body","output_config"],"msg":"Extra inputs are not permitted","input":"a user's words"},{"loc":["body",7],"msg":"m"}]})");
  EXPECT_EQ(extra.message, "body: output_config: Extra inputs are not permitted; body: m");
  EXPECT_EQ(extra.type, "extra_forbidden");
  EXPECT_EQ(ReadError(R"([{"error":{"code":400,"message":"google","status":"S"}}])").message,
            "google");
  const ServerError nested = ReadError(
      R"({"error":{"message":"{\"error\":{\"message\":\"inside\",\"type\":\"t\"}}","type":null,"code":"400"}})");
  EXPECT_EQ(nested.message, "inside");
  EXPECT_EQ(nested.type, "t");
  EXPECT_EQ(ReadError(R"({"object":"error","message":"vllm","type":"BadRequestError"})").type,
            "BadRequestError");
  std::string deep = "7";
  for (int i = 0; i < 50; ++i) deep.insert(0, "{\"error\":").append("}");
  EXPECT_EQ(ReadError(deep).message, "");
  for (const char* nothing : {"", "<html>413</html>", "[]", "{}", R"({"error":7})"}) {
    EXPECT_EQ(ReadError(nothing).message, "") << nothing;
  }
}

}  // namespace
}  // namespace soulprint
