// See messages.hpp.  Of a response only the content is required: every server leaves out something
// else.

#include "llm/messages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "llm/capabilities.hpp"
#include "llm/events.hpp"
#include "llm/fence.hpp"
#include "llm/thoughts.hpp"
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

// The wording is the same with every question of its step, so a server may keep it; the nonce is
// not.
Json System(const Question& question, const NotTaken& not_taken, std::string_view nonce,
            bool for_an_hour) {
  std::string wording = CleanUtf8(question.system);
  if (question.instruction.empty()) return wording;
  std::string policy = FencePolicy(nonce);
  if (IsBlank(wording)) return policy;
  policy.insert(0, "\n\n");  // some servers join the blocks as they are
  if (not_taken.cache) return wording + policy;
  Json kept = {
      {"type", "text"}, {"text", std::move(wording)}, {"cache_control", {{"type", "ephemeral"}}}};
  if (for_an_hour) kept["cache_control"]["ttl"] = "1h";
  return Json::array({kept, {{"type", "text"}, {"text", std::move(policy)}}});
}

// The end of the body, with the schema as it is; "" = there is nothing to say.
std::string OutputConfig(const Question& question, const Capabilities& capabilities,
                         const NotTaken& not_taken) {
  if (not_taken.format) return {};
  std::string config;
  if (!capabilities.effort.empty()) config += R"("effort":)" + DumpJson(Json(capabilities.effort));
  if (!question.schema.empty()) {
    if (!config.empty()) config += ',';
    config += R"("format":{"type":"json_schema","schema":)" + question.schema + "}";
  }
  return config.empty() ? config : R"(,"output_config":{)" + config + "}";
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
  return it != object.end() && it->is_number() && it->get<double>() >= 0;
}

std::int64_t CountAt(const Json& object, const char* key) {
  constexpr double kMost = 1'000'000'000;
  return HasCount(object, key)
             ? static_cast<std::int64_t>(std::min(kMost, object.at(key).get<double>()))
             : 0;
}

// The text of the content: a string, or all text blocks; nullopt if there is none of either form.
std::optional<std::string> TextOf(const Json& message) {
  const auto content = message.find("content");
  if (content == message.end()) return std::nullopt;
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) return std::nullopt;
  std::string text;
  for (const Json& block : *content) {
    if (StringAt(block, "type") == "text") text += StringAt(block, "text");
  }
  return text;
}

// Adds an event of a stream to the message so far.
void AddEvent(const Json& event, Json* message) {
  const std::string type = StringAt(event, "type");
  if (type == "message_start") *message = ObjectAt(event, "message");
  const Json delta = ObjectAt(event, "delta");
  if (type == "message_start") (*message)["content"] = "";
  if (type == "content_block_start" || type == "content_block_delta") {
    const Json part = type == "content_block_start" ? ObjectAt(event, "content_block") : delta;
    (*message)["content"] = StringAt(*message, "content") + StringAt(part, "text");
  }
  if (type == "message_delta") {
    (*message)["stop_reason"] = StringAt(delta, "stop_reason");
    Json usage = ObjectAt(*message, "usage");
    usage.update(ObjectAt(event, "usage"));
    (*message)["usage"] = usage;
  }
}

struct Body {
  Json json;
  bool whole = true;  // false: a stream that was cut
};

// A stream is put together, as far as it goes, with an error that comes in it.
std::optional<Body> ParseBody(std::string_view body) {
  const std::vector<std::string_view> events = EventData(body);
  if (events.empty()) {
    std::optional<Json> json = ParseJsonText(body);
    return json ? std::optional(Body{std::move(*json)}) : std::nullopt;
  }
  Body stream{Json::object(), false};
  for (const std::string_view data : events) {
    const std::optional<Json> event = ParseJsonText(data);
    if (!event || !event->is_object()) continue;
    AddEvent(*event, &stream.json);
    if (event->contains("error")) stream.json["error"] = event->at("error");
    stream.whole = stream.whole || StringAt(*event, "type") == "message_stop";
  }
  return stream;
}

bool HasError(const Json& json) { return json.contains("error") && !json.at("error").is_null(); }

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

std::vector<std::string> RequestHeaders(const std::string& key, bool bearer) {
  std::vector<std::string> headers = {"content-type: application/json",
                                      "anthropic-version: 2023-06-01", "user-agent: soulprint"};
  if (key.empty()) return headers;
  headers.push_back(SecretLine(bearer ? "authorization: Bearer " : "x-api-key: ", key));
  return headers;
}

std::string RequestBody(const Question& question, const NotTaken& not_taken, std::string_view nonce,
                        bool for_an_hour) {
  const Capabilities capabilities = CapabilitiesOf(question.model);
  const int most = capabilities.max_output_tokens;
  Json body = {
      {"model", question.model},
      {"max_tokens", most > 0 ? std::min(most, question.max_tokens) : question.max_tokens}};
  if (capabilities.temperature && !not_taken.temperature) {
    body["temperature"] = question.nudge ? 0.0 : question.temperature;
  }
  if (!capabilities.thinking.empty()) body["thinking"] = {{"type", capabilities.thinking}};
  if (!IsBlank(question.system) || !question.instruction.empty()) {
    body["system"] = System(question, not_taken, nonce, for_an_hour);
  }
  body["messages"] = Messages(question, nonce);
  std::string json = DumpJson(body);
  json.insert(json.size() - 1, OutputConfig(question, capabilities, not_taken));
  return json;
}

Question ProbeQuestion(Step step, const std::string& model) {
  Question question;
  question.step = step;
  question.material = "Hello";
  question.model = model;
  question.max_tokens = 1;
  return question;
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
  const std::optional<Body> parsed = ParseBody(body);
  if (!parsed || !parsed->whole || !parsed->json.is_object()) return std::nullopt;
  const Json& json = parsed->json;
  if (HasError(json)) return std::nullopt;
  const std::string type = StringAt(json, "type");
  std::optional<std::string> text = TextOf(json);
  if (!text || (!type.empty() && type != "message")) return std::nullopt;
  Completion completion;
  completion.model = StringAt(json, "model");
  completion.stop_reason = StringAt(json, "stop_reason");
  // Without a reason to stop there must be something that was said.
  if (completion.stop_reason.empty() && text->empty()) return std::nullopt;
  completion.text = WithoutThoughts(*text);
  completion.refusal = RefusalText(ObjectAt(json, "stop_details"));
  return completion;
}

Tokens ReadTokens(std::string_view body) {
  const std::optional<Body> parsed = ParseBody(body);
  const Json usage = parsed ? ObjectAt(parsed->json, "usage") : Json::object();
  const std::int64_t written = CountAt(usage, "cache_creation_input_tokens");
  const std::int64_t hour = CountAt(ObjectAt(usage, "cache_creation"), "ephemeral_1h_input_tokens");
  return {CountAt(usage, "input_tokens"), written, std::min(hour, written),
          CountAt(usage, "cache_read_input_tokens"), CountAt(usage, "output_tokens")};
}

}  // namespace soulprint
