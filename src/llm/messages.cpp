// See messages.hpp.  Of a response only type, content, stop_reason and the two token counts are
// required: every server leaves out something else.

#include "llm/messages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "llm/capabilities.hpp"
#include "llm/fence.hpp"
#include "net/secret_file.hpp"
#include "util/dump_json.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxEchoedAnswer = 4096;

// At most `bytes` bytes of clean text, cut between characters.
std::string_view FirstBytes(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (text[bytes] & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

// --- a question → a request

std::string UserText(const Question& question, std::string_view nonce) {
  if (question.instruction.empty()) return CleanUtf8(question.material);
  return FencedData(question.material, CleanUtf8(question.instruction), nonce);
}

Json Messages(const Question& question, std::string_view nonce) {
  const auto turn = [](std::string_view role, std::string text) {
    return Json{{"role", role}, {"content", std::move(text)}};
  };
  std::string user = UserText(question, nonce);
  if (!question.nudge) return Json::array({turn("user", std::move(user))});
  const std::string answer = CleanUtf8(question.nudge->answer);
  std::string correction = CleanUtf8(question.nudge->correction);
  // A turn without text is refused, and so are two turns of the user by some servers.
  if (IsBlank(answer)) return Json::array({turn("user", user + "\n\n" + correction)});
  return Json::array({turn("user", std::move(user)),
                      turn("assistant", std::string(FirstBytes(answer, kMaxEchoedAnswer))),
                      turn("user", std::move(correction))});
}

std::string System(const Question& question, std::string_view nonce) {
  std::string system = CleanUtf8(question.system);
  if (question.instruction.empty()) return system;
  if (!system.empty()) system += "\n\n";
  return system + FencePolicy(nonce);
}

Json OutputConfig(const Question& question, const Capabilities& capabilities,
                  const NotTaken& not_taken) {
  Json config;
  if (!capabilities.effort.empty()) config["effort"] = capabilities.effort;
  if (!question.schema.empty() && !not_taken.format) {
    config["format"] = {{"type", "json_schema"}, {"schema", Json::parse(question.schema)}};
  }
  return config;
}

// --- a response → an answer

std::string StringAt(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Json ObjectAt(const Json& object, const char* key) {
  if (!object.is_object()) return Json::object();
  const auto it = object.find(key);
  return it != object.end() && it->is_object() ? *it : Json::object();
}

bool HasCount(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_number_unsigned();
}

std::int64_t CountAt(const Json& object, const char* key) {
  constexpr std::uint64_t kMost = 1'000'000'000;
  return HasCount(object, key)
             ? static_cast<std::int64_t>(std::min(kMost, object.at(key).get<std::uint64_t>()))
             : 0;
}

bool IsMessage(const Json& json) {
  if (StringAt(json, "type") != "message" || StringAt(json, "stop_reason").empty()) return false;
  const Json usage = ObjectAt(json, "usage");
  return json.contains("content") && json.at("content").is_array() &&
         HasCount(usage, "input_tokens") && HasCount(usage, "output_tokens");
}

std::string RefusalText(const Json& details) {
  const std::string category = StringAt(details, "category");
  const std::string explanation = StringAt(details, "explanation");
  return category + (category.empty() || explanation.empty() ? "" : ": ") + explanation;
}

}  // namespace

std::string MessagesUrl(std::string api_url) {
  while (api_url.ends_with('/')) api_url.pop_back();
  return api_url + "/v1/messages";
}

std::vector<std::string> RequestHeaders(const std::string& key) {
  std::vector<std::string> headers = {"content-type: application/json",
                                      "anthropic-version: 2023-06-01", "user-agent: soulprint"};
  if (key.empty()) return headers;
  headers.push_back(SecretLine("x-api-key: ", key));
  return headers;
}

std::string RequestBody(const Question& question, const NotTaken& not_taken,
                        std::string_view nonce) {
  const Capabilities capabilities = CapabilitiesOf(question.model);
  const int most = capabilities.max_output_tokens;
  Json body = {
      {"model", question.model},
      {"max_tokens", most > 0 ? std::min(most, question.max_tokens) : question.max_tokens}};
  if (capabilities.temperature && !not_taken.temperature) {
    body["temperature"] = question.nudge ? 0.0 : question.temperature;
  }
  if (!capabilities.thinking.empty()) body["thinking"] = {{"type", capabilities.thinking}};
  std::string system = System(question, nonce);
  if (!IsBlank(system)) body["system"] = std::move(system);
  body["messages"] = Messages(question, nonce);
  Json config = OutputConfig(question, capabilities, not_taken);
  if (!config.empty()) body["output_config"] = std::move(config);
  return DumpJson(body);
}

std::size_t LargestResponse(const Question& question) {
  // A token is four letters as a rule, and ten escaped letters of six bytes in rare cases.
  constexpr std::size_t kBytesOfToken = 64;
  constexpr std::size_t kAroundIt = std::size_t{64} << 10;
  return kAroundIt + kBytesOfToken * static_cast<std::size_t>(std::max(question.max_tokens, 1));
}

std::optional<Completion> ReadCompletion(std::string_view body) {
  // A part that is not UTF-8 is damage on the way, and what else is damaged is not known.
  if (!IsCleanUtf8(body)) return std::nullopt;
  const std::optional<Json> json = ParseJsonText(body);
  if (!json || !json->is_object() || !IsMessage(*json)) return std::nullopt;
  Completion completion;
  completion.stop_reason = StringAt(*json, "stop_reason");
  for (const Json& block : json->at("content")) {
    if (StringAt(block, "type") == "text") completion.text += StringAt(block, "text");
  }
  completion.refusal = RefusalText(ObjectAt(*json, "stop_details"));
  return completion;
}

Tokens ReadTokens(std::string_view body) {
  const std::optional<Json> json = ParseJsonText(body);
  const Json usage = json ? ObjectAt(*json, "usage") : Json::object();
  return {CountAt(usage, "input_tokens"), CountAt(usage, "cache_creation_input_tokens"),
          CountAt(usage, "cache_read_input_tokens"), CountAt(usage, "output_tokens")};
}

ServerError ReadError(std::string_view body) {
  const std::optional<Json> json = ParseJsonText(body);
  if (!json) return {};
  const Json error = ObjectAt(*json, "error");
  if (error.empty()) return {false, "", StringAt(*json, "error"), ""};
  const std::string type = StringAt(error, "type");
  return {StringAt(*json, "type") == "error" && type.ends_with("_error"), type,
          StringAt(error, "message"), StringAt(ObjectAt(error, "details"), "error_code")};
}

}  // namespace soulprint
