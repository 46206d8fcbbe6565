// See words.hpp.

#include "llm/words.hpp"

#include <array>
#include <string>

#include "util/text.hpp"

namespace soulprint {
namespace {

using enum Meaning;

constexpr auto kWords = std::to_array<Words>({
    {kWithoutTemperature, "Anthropic, OpenAI", "temperature"},
    {kWithoutFormat, "Anthropic, Bedrock, LiteLLM, FastAPI", "output_config"},
    {kWithoutFormat, "Anthropic, Bedrock", "output_format"},
    {kWithoutFormat, "OpenAI, vLLM", "response_format"},
    {kWithoutFormat, "vLLM, llama.cpp", "json_schema"},
    {kWithoutFormat, "Anthropic, Vertex", "json schema"},
    {kWithoutFormat, "llama.cpp, sglang", "grammar"},
    {kWithoutFormat, "vLLM", "guided"},
    {kWithoutFormat, "Anthropic, vLLM", "structured output"},

    {kTooLong, "Anthropic, Bedrock", "prompt is too long"},
    {kTooLong, "Anthropic", "exceed context limit"},
    {kTooLong, "Anthropic, LiteLLM", "request_too_large"},
    {kTooLong, "OpenAI, Groq", "request too large"},
    {kTooLong, "Bedrock", "input is too long"},
    {kTooLong, "Bedrock", "too many input tokens"},
    {kTooLong, "Bedrock, Ollama", "input length"},
    {kTooLong, "omlx, Ollama", "prompt too long"},
    {kTooLong, "OpenAI, vLLM, sglang, Ollama, OpenRouter", "context length"},
    {kTooLong, "OpenAI", "context_length"},
    {kTooLong, "LiteLLM", "contextwindowexceeded"},
    {kTooLong, "OpenAI, llama-cpp-python, omlx", "context window"},
    {kTooLong, "LiteLLM", "context_window"},
    {kTooLong, "llama.cpp", "exceed_context_size"},
    {kTooLong, "llama.cpp", "context size"},
    {kTooLong, "vLLM", "max_model_len"},
    {kTooLong, "vLLM", "longer than the maximum model length"},
    {kTooLong, "sglang", "longer than the model"},
    {kTooLong, "OpenAI, vLLM", "reduce the length"},
    {kTooLong, "Vertex", "input token count"},
    {kTooLong, "Vertex, Cohere", "number of tokens allowed"},
    {kTooLong, "xAI", "maximum prompt length"},
    {kTooLong, "Mistral", "too large for model"},
    {kTooLong, "Perplexity", "messages is too long"},
    {kTooLong, "OpenAI", "string_above_max_length"},
    {kTooLong, "TGI", "tokens + `max_new_tokens`"},
    {kTooLong, "LM Studio", "tokens to keep from the initial prompt"},
    {kTooLong, "LM Studio", "when context the overflows"},
    {kTooLong, "GitHub, OpenRouter", "exceeds the limit of"},
    {kTooLong, "Moonshot, Zhipu", "exceeded model token limit"},

    // Before the words of quotas: Vertex names both.
    {kBusy, "Vertex", "please retry in"},

    {kNoMoney, "Anthropic", "credit balance is too low"},
    {kNoMoney, "Anthropic", "specified api usage limits"},
    {kNoMoney, "Anthropic", "workspace api usage limits"},
    {kNoMoney, "Anthropic", "spend_limit_reached"},
    {kNoMoney, "LiteLLM", "budget has been exceeded"},
    {kNoMoney, "LiteLLM", "budget_exceeded"},
    {kNoMoney, "LiteLLM", "budgetexceeded"},
    {kNoMoney, "LiteLLM", "exceededbudget"},
    {kNoMoney, "LiteLLM", "exceededtokenbudget"},
    {kNoMoney, "LiteLLM", "exceeded budget"},
    {kNoMoney, "LiteLLM", "budget exceeded"},
    {kNoMoney, "LiteLLM", "over budget"},
    {kNoMoney, "LiteLLM", "crossed budget"},
    {kNoMoney, "OpenAI, LiteLLM", "insufficient_quota"},
    {kNoMoney, "OpenAI, Vertex", "exceeded your current quota"},
    {kNoMoney, "OpenAI", "billing_hard_limit_reached"},
    {kNoMoney, "OpenAI", "billing hard limit"},
    {kNoMoney, "Moonshot", "exceeded_current_quota"},
    {kNoMoney, "OpenRouter", "insufficient credits"},
    {kNoMoney, "OpenRouter", "requires more credits"},
    {kNoMoney, "OpenRouter", "key limit exceeded"},
    {kNoMoney, "OpenRouter", "free-models-per-day"},
    {kNoMoney, "DeepSeek, Zhipu", "insufficient balance"},
    {kNoMoney, "xAI", "used all available credits"},
    {kNoMoney, "xAI", "spending limit"},
    {kNoMoney, "Together", "credit limit exceeded"},
    {kNoMoney, "Groq", "spend limit"},
    {kNoMoney, "Ollama", "usage limit"},
    {kNoMoney, "Vertex", "billing_disabled"},
    {kNoMoney, "Vertex", "billing to be enabled"},

    {kBadKey, "Vertex", "api key not valid"},
    {kBadKey, "Vertex", "api_key_invalid"},
    {kBadKey, "OpenAI", "incorrect api key"},
    {kBadKey, "OpenAI", "invalid_api_key"},
    {kBadKey, "Anthropic", "invalid x-api-key"},
    {kBadKey, "llama.cpp, DeepSeek", "invalid api key"},
    {kBadKey, "LiteLLM", "authentication error"},
    {kBadKey, "LiteLLM", "authenticationerror"},
    {kBadKey, "LiteLLM", "authentication_error"},
    {kBadKey, "LiteLLM", "expired_key"},
    {kBadKey, "Bedrock", "security token"},
    {kBadKey, "Bedrock", "unrecognizedclientexception"},

    {kUnknownModel, "LiteLLM", "invalid model name"},
    {kUnknownModel, "LiteLLM", "no healthy deployments for this model"},
    {kUnknownModel, "OpenRouter", "is not a valid model id"},
    {kUnknownModel, "OpenAI, Vertex", "model_not_found"},
    {kUnknownModel, "Bedrock", "provided model identifier is invalid"},
    {kUnknownModel, "vLLM, OpenAI", "does not exist"},
    {kUnknownModel, "Ollama", "not found, try pulling"},

    {kBusy, "Anthropic", "overloaded"},
    {kBusy, "Bedrock", "throttlingexception"},
    {kBusy, "Bedrock", "too many requests"},
    {kBusy, "Bedrock", "too many tokens, please wait"},
    {kBusy, "LiteLLM", "ratelimiterror"},
    {kBusy, "LiteLLM", "max parallel request limit"},
    {kBusy, "OpenAI", "rate_limit_exceeded"},
    {kBusy, "OpenAI", "rate limit reached"},
    {kBusy, "llama.cpp", "loading model"},
    {kBusy, "Ollama", "server busy"},
    {kBusy, "Ollama", "maximum pending requests"},
    {kBusy, "sglang", "queue is full"},

    // Last: a gateway may quote the request in any error.
    {kWithoutCache, "Anthropic, Vertex, Databricks", "cache_control"},
    {kWithoutCache, "Bedrock", "prompt caching"},
    {kWithoutCache, "FastAPI", "input should be a valid string"},
    {kWithoutCache, "Groq", "value must be a string"},
    {kWithoutCache, "Go", "cannot unmarshal array into"},
    {kWithoutCache, "Rust", "invalid type: sequence"},
});

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool Fits(Meaning meaning, int status) {
  const bool vague = status == 400 || status == 422 || status == 500;
  switch (meaning) {
    case kTooLong:
      return vague || status == 413;
    case kWithoutFormat:
    case kWithoutTemperature:
      return vague || status == 501;
    case kWithoutCache:
      return vague || status == 403 || status == 501;
    case kBusy:
      return status == 429 || status >= 500;
    case kNoMoney:
      return vague || status == 403 || status == 429 || status == 503;
    case kBadKey:
      return status == 400 || status == 403 || status == 500;
    case kUnknownModel:
      return status == 400 || status == 404 || status == 422;
  }
  return false;
}

}  // namespace

std::span<const Words> AllWords() { return kWords; }

std::optional<Meaning> MeaningOf(int status, const ServerError& error) {
  const std::string said = LowerAscii(error.type + " " + error.code + " " + error.message);
  // A single question over the limit of a minute: it never fits, however long one waits.
  if (status == 429 && Contains(said, "request too large")) return kTooLong;
  // In a type or code, a question's own words cannot stand.
  const std::string label = LowerAscii(error.type + " " + error.code);
  for (const Words& words : kWords) {
    if (Fits(words.meaning, status) && Contains(said, words.text)) return words.meaning;
    if (words.meaning == kBusy && status == 400 && Contains(label, words.text)) return kBusy;
  }
  return std::nullopt;
}

bool WantsBearer(const ServerError& error) {
  const std::string said = LowerAscii(error.message);
  for (const std::string_view words :
       {"bearer", "authorization", "unauthorized", "not authenticated", "no auth credentials",
        "no cookie auth"}) {
    if (Contains(said, words)) return true;
  }
  return false;
}

}  // namespace soulprint
