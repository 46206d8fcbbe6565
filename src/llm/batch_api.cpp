// See batch_api.hpp.  Everything is read from the server that soulprint.api_url names: the address
// in results_url is not used, which would hand the key to whatever host a server names.

#include "llm/batch_api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "llm/messages.hpp"
#include "llm/usage.hpp"
#include "util/dump_json.hpp"
#include "util/json_reply.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kBatchTick{100};
constexpr std::size_t kLongestLine = std::size_t{8} << 20;
constexpr std::size_t kLongestBody = std::size_t{4} << 20;

std::string BatchString(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// It becomes part of an address.
bool IsName(std::string_view id) {
  constexpr std::size_t kLongest = 128;
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !id.empty() && id.size() <= kLongest && id.find_first_not_of(kLetters) == id.npos;
}

std::optional<BatchStatus> FromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  BatchStatus status;
  status.id = BatchString(json, "id");
  const std::string processing = BatchString(json, "processing_status");
  if (!IsName(status.id) || processing.empty()) return std::nullopt;
  status.ended = processing == "ended";
  status.created_at = ParseTime(BatchString(json, "created_at"));
  const auto counts = json.find("request_counts");
  if (counts == json.end() || !counts->is_object()) return status;
  for (const auto& [name, count] : counts->items()) {
    if (!count.is_number_unsigned()) continue;
    status.requests += count.get<std::int64_t>();
    if (name != "processing") status.done += count.get<std::int64_t>();
  }
  return status;
}

}  // namespace

std::optional<BatchStatus> ReadBatch(std::string_view body) {
  const std::optional<Json> json = ParseJsonText(body);
  return json ? FromJson(*json) : std::nullopt;
}

std::optional<std::vector<BatchStatus>> ReadBatchPage(std::string_view body) {
  const std::optional<Json> json = ParseJsonText(body);
  if (!json || !json->is_object()) return std::nullopt;
  const auto data = json->find("data");
  if (data == json->end() || !data->is_array()) return std::nullopt;
  std::vector<BatchStatus> page;
  for (const Json& entry : *data) {
    if (std::optional<BatchStatus> status = FromJson(entry)) page.push_back(std::move(*status));
  }
  return page;
}

bool BatchResults::Add(std::string_view bytes) {
  for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
    rest_.append(bytes.substr(0, end));
    AddLine(rest_);
    rest_.clear();
  }
  rest_.append(bytes);
  return rest_.size() <= kLongestLine;
}

void BatchResults::End() { AddLine(std::exchange(rest_, {})); }

void BatchResults::AddLine(std::string_view line) {
  const std::optional<Json> json = ParseJsonText(line);
  if (!json || !json->is_object()) return;
  const std::string name = BatchString(*json, "custom_id");
  const auto result = json->find("result");
  if (name.empty() || result == json->end() || !result->is_object()) return;
  // A line that comes twice is billed once.
  if (!seen_.insert(name).second) return;
  const auto message = result->find("message");
  if (BatchString(*result, "type") != "succeeded" || message == result->end()) {
    ++usage_.requests;
    return;
  }
  HttpResponse response;
  response.end = HttpEnd::kWhole;
  response.status = 200;
  response.sent = true;
  response.body = DumpJson(*message);
  Classified classified = Classify(response, {}, {});
  const Usage usage = UsageOf(response, classified, prices_, 0);
  usage_.Add(usage);
  if (classified.disposition != Disposition::kDone || !IsFinal(classified.outcome)) return;
  answers_[name] = {classified.outcome, std::move(classified.text), std::move(classified.reason),
                    "", usage};
}

BatchApi::BatchApi(const Endpoint& endpoint, std::function<void()> idle)
    : endpoint_(endpoint), idle_(std::move(idle)), pool_(endpoint.http) {}

HttpRequest BatchApi::Request(const std::string& path) {
  if (endpoint_.key) key_.Set(endpoint_.key());
  HttpRequest request;
  request.url = MessagesUrl(endpoint_.api_url) + "/batches" + path;
  request.headers = RequestHeaders(key_.text(), endpoint_.bearer);
  return request;
}

HttpResponse BatchApi::Wait(HttpRequest request) {
  pool_.Start(std::move(request));
  while (true) {
    std::vector<HttpResponse> complete = pool_.Wait(kBatchTick, idle_);
    if (!complete.empty()) return std::move(complete.front());
  }
}

HttpResponse BatchApi::Post(HttpRequest request) { return Wait(std::move(request)); }

HttpResponse BatchApi::Get(const std::string& path, std::function<bool(std::string_view)> sink) {
  HttpRequest request = Request(path);
  request.sink = std::move(sink);
  return Wait(std::move(request));
}

HttpResponse BatchApi::Get(const std::string& path, std::string* body) {
  return Get(path, [body](std::string_view bytes) {
    body->append(bytes);
    return body->size() <= kLongestBody;
  });
}

Classified BatchApi::Meaning(const HttpResponse& response) const {
  return Classify(response, key_.text(), std::chrono::system_clock::now());
}

HttpResponse BatchApi::Results(const std::string& id, BatchResults* results) {
  HttpResponse response =
      Get("/" + id + "/results", [results](std::string_view bytes) { return results->Add(bytes); });
  results->End();
  return response;
}

void BatchBody::Add(const std::string& name, const std::string& params) {
  body_ += body_.empty() ? "{\"requests\":[" : ",";
  body_ += "{\"custom_id\":\"" + name + "\",\"params\":" + params + "}";
}

std::string BatchBody::Take() { return std::exchange(body_, {}) + "]}"; }

}  // namespace soulprint
