// Refusals as servers word them, each as the whole body that came with the status.

#include "llm/words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

using enum Meaning;

struct Refusal {
  int status;
  std::optional<Meaning> meaning;
  const char* body;
};

const Refusal
    kRefusals
        [] =
            {
                {400, kTooLong,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 207500 tokens > 200000 maximum"}})"},
                {400, kTooLong,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 1 + 2 > 3"}})"},
                {400, kTooLong,
                 R"({"error":{"code":400,"message":"the request exceeds the available context size. try increasing it","type":"exceed_context_size_error","n_ctx":8192}})"},
                {500, kTooLong,
                 R"({"error":{"code":500,"message":"the request exceeds the available context size","type":"server_error"}})"},
                {400, kTooLong,
                 R"({"error":{"message":"This model's maximum context length is 32768 tokens. However, you requested 8192 output tokens","type":"BadRequestError","code":400}})"},
                {400, kTooLong,
                 R"({"object":"error","message":"The prompt (total length 25938) is too long to fit into the model (context length 4096). Make sure that `max_model_len` is no smaller","type":"BadRequestError"})"},
                {400, kTooLong,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"litellm.BadRequestError: BedrockException - {\"message\":\"Input is too long for requested model.\"}"}})"},
                {400, kTooLong,
                 R"({"message":"Too many input tokens. Max input tokens: 8192","__type":"ValidationException"})"},
                {400, kTooLong,
                 R"({"error":{"message":"litellm.ContextWindowExceededError: OpenAIException - context_length_exceeded","type":null,"code":"400"}})"},
                {400, kTooLong,
                 R"({"error":{"message":"The input (150000 tokens) is longer than the model's context length (32768 tokens).","type":"BadRequestError"}})"},
                {400, kTooLong,
                 R"({"detail":"Prompt too long: 32799 tokens exceeds max context window of 32768 tokens"})"},
                {400, kTooLong, R"({"error":"the input length exceeds the context length"})"},
                {400, kTooLong,
                 R"({"error":{"message":"This endpoint's maximum context length is 32768 tokens. However, you requested about 42832 tokens","code":400}})"},
                {400, kTooLong,
                 R"([{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}])"},
                {400, kTooLong,
                 R"({"error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."})"},
                {400, kTooLong,
                 R"({"message":"Prompt contains 200001 tokens, too large for model with 131072 maximum context length"})"},
                {422, kTooLong,
                 R"({"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"})"},
                {429, kTooLong,
                 R"({"error":{"message":"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.","type":"tokens","code":"rate_limit_exceeded"}})"},

                {400, kNoMoney,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}})"},
                {429, kNoMoney,
                 R"({"type":"error","error":{"type":"rate_limit_error","message":"limit","details":{"error_code":"enforced_spend_limit_reached"}}})"},
                {400, kNoMoney,
                 R"({"error":{"message":"Budget has been exceeded! Current cost: 26.075, Max budget: 0.25","type":"budget_exceeded","param":null,"code":"400"}})"},
                {429, kNoMoney,
                 R"({"error":{"message":"Budget has been exceeded! Current cost: 26.075, Max budget: 0.25","type":"budget_exceeded","param":null,"code":"429"}})"},
                {400, kNoMoney,
                 R"({"error":{"message":"ExceededBudget: End User=x over budget. Spend=0.0008, Budget=0.0001","type":"auth_error","code":400}})"},
                {429, kNoMoney,
                 R"({"error":{"message":"LiteLLM User: e, exceeded budget for model=m","type":"budget_exceeded","code":"429"}})"},
                {429, kNoMoney,
                 R"({"error":{"message":"No deployments available - crossed budget: Exceeded budget for deployment model_name: x","code":"429"}})"},
                {429, kNoMoney,
                 R"({"error":{"message":"litellm.RateLimitError: RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}})"},
                {403, kNoMoney,
                 R"({"error":{"message":"Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys","code":403}})"},
                {429, kNoMoney, R"({"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day","code":429}})"},
                {429, kNoMoney,
                 R"({"error":"you've reached your hourly usage limit, please upgrade to continue"})"},

                {400, kWithoutFormat,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"output_config: Extra inputs are not permitted"}})"},
                {422, kWithoutFormat,
                 R"({"detail":[{"type":"extra_forbidden","loc":["body","output_config"],"msg":"Extra inputs are not permitted"}]})"},
                {400, kWithoutFormat,
                 R"({"message":"Malformed input request: #: extraneous key [output_config] is not permitted, please reformat your input and try again."})"},
                {400, kWithoutFormat,
                 R"({"error":{"message":"Unrecognized request argument supplied: output_config","type":"invalid_request_error"}})"},
                {400, kWithoutFormat,
                 R"({"error":{"message":"litellm.UnsupportedParamsError: bedrock does not support parameters: ['output_config']","code":"400"}})"},
                {500, kWithoutFormat,
                 R"({"error":{"message":"TypeError: create() got an unexpected keyword argument 'output_config'","code":"500"}})"},
                {400, kWithoutFormat,
                 R"({"error":{"code":400,"message":"failed to parse grammar","type":"invalid_request_error"}})"},
                {400, kWithoutTemperature,
                 R"({"error":{"message":"Unsupported value: 'temperature' does not support 0.3 with this model.","param":"temperature"}})"},

                {400, kWithoutCache,
                 R"({"type":"error","error":{"type":"invalid_request_error","message":"system.0.cache_control: Extra inputs are not permitted"}})"},
                {400, kWithoutCache,
                 R"({"error":{"message":"Error from provider: Extra inputs are not permitted, field: 'messages[0].cache_control'","code":"invalid_request_error"}})"},
                {422, kWithoutCache,
                 R"({"detail":[{"type":"string_type","loc":["body","system"],"msg":"Input should be a valid string","input":[{"type":"text"}]}]})"},
                {403, kWithoutCache,
                 R"({"message":"You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.","__type":"AccessDeniedException"})"},
                {500, kWithoutCache,
                 R"({"error":{"message":"litellm.APIConnectionError: BedrockException - {\"message\":\"You invoked an unsupported model or your request did not allow prompt caching.\"}","code":"500"}})"},
                {400, kWithoutCache,
                 R"({"error":{"message":"litellm.BadRequestError: GroqException - 'messages.0' : for 'role:system' the following must be satisfied[('messages.0.content' : value must be a string)]","code":"400"}})"},
                {400, kWithoutCache,
                 R"({"error":"json: cannot unmarshal array into Go struct field MessagesRequest.system of type string"})"},
                {400, kWithoutCache,
                 R"({"error":{"message":"Failed to deserialize the JSON body into the target type: system: invalid type: sequence, expected a string at line 1 column 64","type":"invalid_request_error"}})"},
                // The request is quoted: what else is said counts.
                {400, kTooLong,
                 R"({"error":{"message":"maximum context length is 8192 tokens. Received: {'cache_control': {'type': 'ephemeral'}}","code":"400"}})"},

                {429, kBusy,
                 R"([{"error":{"code":429,"message":"You exceeded your current quota, please check your plan. Please retry in 34.1s.","status":"RESOURCE_EXHAUSTED"}}])"},
                {503, kBusy,
                 R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})"},
                {503, kBusy,
                 R"({"error":"server busy, please try again.  maximum pending requests exceeded"})"},
                {500, kBusy,
                 R"({"type":"error","error":{"type":"api_error","message":"Overloaded"}})"},
                {400, kBusy, R"({"message":"Too many requests","__type":"ThrottlingException"})"},
                {429, std::nullopt,
                 R"({"error":{"message":"Crossed TPM / RPM limit. Current: 10, Max: 10","code":"429"}})"},
                {429, std::nullopt,
                 R"({"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 30,000 input tokens per minute"}})"},

                {400, kBadKey,
                 R"([{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}])"},
                {400, kBadKey,
                 R"({"error":{"message":"Authentication Error - Expired Key","type":"expired_key","code":"400"}})"},
                {403, kBadKey,
                 R"({"message":"The security token included in the request is invalid.","__type":"UnrecognizedClientException"})"},
                {400, kUnknownModel,
                 R"({"error":{"message":"/v1/messages: Invalid model name passed in model=x. Call `/v1/models` to view available models"}})"},
                {404, kUnknownModel,
                 R"({"error":{"message":"The model `x` does not exist.","type":"NotFoundError","code":404}})"},
                {400, kUnknownModel, R"({"message":"The provided model identifier is invalid."})"},

                // A question's own words that come back change nothing that matters.
                {400, std::nullopt,
                 R"({"error":{"message":"not valid: 'too many requests, server busy'","type":"t"}})"},
                {400, std::nullopt,
                 R"({"detail":[{"loc":["body","messages"],"msg":"Input should be a list","input":"budget has been exceeded"}]})"},
                {400, std::nullopt, R"({"error":{"message":"max_tokens: Field required"}})"},
                {500, std::nullopt, R"({"error":{"message":"relation \"spend\" does not exist"}})"},
                {502, std::nullopt, "<html>502 Bad Gateway</html>"},
};

TEST(Words, OfEachServerAreUnderstood) {
  for (const Refusal& refusal : kRefusals) {
    EXPECT_EQ(MeaningOf(refusal.status, ReadError(refusal.body)), refusal.meaning) << refusal.body;
  }
}

TEST(Words, EachRowIsFoundByItself) {
  for (const Words& words : AllWords()) {
    ServerError error;
    error.message = "Before " + std::string(words.text) + " after";
    bool found = false;
    for (int status : {400, 404, 429, 500, 503}) {
      found = found || MeaningOf(status, error) == words.meaning;
    }
    EXPECT_TRUE(found) << words.text;
    for (char c : words.text) EXPECT_FALSE(c >= 'A' && c <= 'Z') << words.text;
    EXPECT_FALSE(words.servers.empty()) << words.text;
  }
}

TEST(Words, ARefusedKeyThatMayHaveToBeABearerToken) {
  for (const char* body : {R"({"error":"Unauthorized"})", R"({"detail":"Not authenticated"})",
                           R"({"error":{"message":"No auth credentials found","code":401}})"}) {
    EXPECT_TRUE(WantsBearer(ReadError(body))) << body;
  }
  EXPECT_FALSE(WantsBearer(ReadError(
      R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})")));
}

}  // namespace
}  // namespace soulprint
