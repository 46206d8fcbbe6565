// Reading errors: each server has a form of its own, and gateways put one into the other.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "llm/events.hpp"
#include "llm/messages.hpp"
#include "util/json_reply.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostLevels = 5;

std::string TextAt(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

void Read(const Json& json, int level, ServerError* error);

// A message may be JSON itself.
void ReadText(const std::string& text, int level, ServerError* error) {
  if (Trim(text).starts_with('{')) {
    ServerError inner;
    if (const auto json = ParseJsonText(text)) Read(*json, level + 1, &inner);
    if (!inner.message.empty()) {
      if (error->type.empty()) error->type = inner.type;
      if (error->code.empty()) error->code = inner.code;
      error->message += inner.message;
      return;
    }
  }
  error->message += text;
}

// FastAPI: {"loc": ["body", "output_config"], "msg": "Extra inputs are not permitted", "type": …}.
void ReadItem(const Json& item, int level, ServerError* error) {
  if (!error->message.empty()) error->message += "; ";
  if (!item.is_object() || !item.contains("msg")) return Read(item, level + 1, error);
  if (const auto loc = item.find("loc"); loc != item.end() && loc->is_array()) {
    for (const Json& part : *loc) {
      if (part.is_string()) error->message += part.get<std::string>() + ": ";
    }
  }
  error->message += TextAt(item, "msg");
  if (error->type.empty()) error->type = TextAt(item, "type");
}

void ReadObject(const Json& object, int level, ServerError* error) {
  const std::string type = TextAt(object, "type");
  if (!type.empty() && type != "error") error->type = type;
  for (const char* name : {"code", "status", "__type"}) {
    const std::string code = TextAt(object, name);
    if (error->code.empty()) error->code = code;
  }
  if (const auto details = object.find("details"); details != object.end()) {
    if (details->is_object() && !TextAt(*details, "error_code").empty()) {
      error->code = TextAt(*details, "error_code");
    }
  }
  for (const char* name : {"error", "message", "msg", "detail", "errors", "Message"}) {
    const auto it = object.find(name);
    if (it == object.end() || it->is_null()) continue;
    Read(*it, level + 1, error);
    if (!error->message.empty()) return;
  }
}

void Read(const Json& json, int level, ServerError* error) {
  if (level > kMostLevels) return;
  if (json.is_string()) {
    ReadText(json.get<std::string>(), level, error);
  } else if (json.is_array()) {
    for (const Json& item : json) ReadItem(item, level, error);
  } else if (json.is_object()) {
    ReadObject(json, level, error);
  }
}

bool IsOwn(const Json& json) {
  if (!json.is_object() || TextAt(json, "type") != "error") return false;
  const auto error = json.find("error");
  return error != json.end() && error->is_object() && TextAt(*error, "type").ends_with("_error");
}

// The statuses of the types of the Messages API, and of OpenAI's types and codes; 0 = unknown.
int StatusOfName(std::string_view name) {
  constexpr std::pair<std::string_view, int> kNames[] = {
      {"invalid_request_error", 400}, {"authentication_error", 401},   {"billing_error", 402},
      {"permission_error", 403},      {"not_found_error", 404},        {"conflict_error", 409},
      {"request_too_large", 413},     {"rate_limit_error", 429},       {"overloaded_error", 529},
      {"invalid_api_key", 401},       {"model_not_found", 404},        {"insufficient_quota", 429},
      {"rate_limit_exceeded", 429},   {"context_length_exceeded", 400}};
  const auto* const found = std::find_if(std::begin(kNames), std::end(kNames),
                                         [&](const auto& entry) { return entry.first == name; });
  return found == std::end(kNames) ? 0 : found->second;
}

// A code says more than a type.
int StatusOfNames(const ServerError& error) {
  for (const std::string& name : {error.code, error.type}) {
    if (const int status = StatusOfName(name); status != 0) return status;
  }
  return 500;
}

// Of a stream, the first event with an error, which may come after others.
std::optional<Json> ParseError(std::string_view body) {
  const std::vector<std::string_view> events = EventData(body);
  if (events.empty()) return ParseJsonText(Trim(body));
  std::optional<Json> first;
  for (const std::string_view data : events) {
    std::optional<Json> event = ParseJsonText(data);
    if (event && event->is_object() && event->contains("error")) return event;
    if (!first) first = std::move(event);
  }
  return first;
}

}  // namespace

ServerError ReadError(std::string_view body) {
  ServerError error;
  const std::optional<Json> json = ParseError(body);
  if (!json) return error;
  error.own = IsOwn(*json);
  Read(*json, 0, &error);
  return error;
}

std::optional<int> StatusOfError(std::string_view body) {
  const std::optional<Json> json = ParseError(body);
  if (!json || !json->is_object() || json->contains("content")) return std::nullopt;
  const auto error = json->find("error");
  const bool is_error = error != json->end() && (error->is_object() || error->is_string());
  if (!is_error && TextAt(*json, "type") != "error" && !json->contains("detail")) {
    return std::nullopt;
  }
  for (const Json* object : {&*json, is_error ? &*error : nullptr}) {
    if (object == nullptr || !object->is_object()) continue;
    for (const char* name : {"code", "status", "status_code"}) {
      const auto code = object->find(name);
      if (code == object->end()) continue;
      const std::string text = code->is_string() ? code->get<std::string>() : code->dump();
      if (text.size() == 3 && text >= "400" && text <= "599") return std::stoi(text);
    }
  }
  return StatusOfNames(ReadError(body));
}

}  // namespace soulprint
