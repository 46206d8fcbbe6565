// The Message Batches of a server of the Messages API (doc/messages_api.md, "Batches").

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "llm/client.hpp"
#include "llm/outcome.hpp"
#include "llm/secret.hpp"
#include "net/http.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

struct BatchStatus {
  std::string id;
  std::optional<std::int64_t> created_at;  // microseconds since 1970-01-01 UTC
  bool ended = false;
  std::int64_t requests = 0;
  std::int64_t done = 0;  // no longer processed
};

// What the server says of a batch, or of a page of them, newest first; nullopt if it is neither.
std::optional<BatchStatus> ReadBatch(std::string_view body);
std::optional<std::vector<BatchStatus>> ReadBatchPage(std::string_view body);

// The lines of a batch's results, as they arrive.
class BatchResults {
 public:
  // `prices` are those of a batch.
  explicit BatchResults(Prices prices) : prices_(prices) {}

  // False if a line is longer than any answer.
  bool Add(std::string_view bytes);

  // After the last bytes.
  void End();

  // By the name of the question; of an errored, canceled or expired one there is none.
  std::map<std::string, Answer>& answers() { return answers_; }

  // Of all lines.
  const Usage& usage() const { return usage_; }

 private:
  void AddLine(std::string_view line);

  Prices prices_;
  std::string rest_;  // of a line whose end has not arrived
  std::map<std::string, Answer> answers_;
  std::unordered_set<std::string> seen_;
  Usage usage_;
};

class BatchApi {
 public:
  // `idle` is called every 100 ms while a response is waited for; what it throws comes through.
  BatchApi(const Endpoint& endpoint, std::function<void()> idle);

  // A request to the address of batches + path; reads the key, whose errors come through.
  HttpRequest Request(const std::string& path);

  // Sends a POST and waits for the response.
  HttpResponse Post(HttpRequest request);

  // Sends a GET; a body of status 200 goes to the sink.
  HttpResponse Get(const std::string& path, std::function<bool(std::string_view)> sink);

  // The same, into `body`; at most 4 MB of it.
  HttpResponse Get(const std::string& path, std::string* body);

  // What a response other than 200 means.
  Classified Meaning(const HttpResponse& response) const;

  // Reads the results.  The response is whole and of status 200, or `results` are useless.
  HttpResponse Results(const std::string& id, BatchResults* results);

 private:
  HttpResponse Wait(HttpRequest request);

  const Endpoint& endpoint_;
  std::function<void()> idle_;
  Secret key_;
  HttpPool pool_;
};

// The body of the request that submits questions, each as {"custom_id": …, "params": …}.
class BatchBody {
 public:
  // Adds a question under its name; `params` as RequestBody gives it.
  void Add(const std::string& name, const std::string& params);

  std::size_t size() const { return body_.size(); }
  std::string Take();

 private:
  std::string body_;
};

}  // namespace soulprint
