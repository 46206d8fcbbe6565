// Requests over one libcurl multi handle: one connection for each request, no redirects, no
// environment, nothing sent a second time behind the caller's back.
//
//   HttpPool pool(settings);
//   pool.Start({1, "https://host/path", {"content-type: application/json"}, body});
//   while (pool.in_flight() > 0) {
//     for (const HttpResponse& response : pool.Wait(kAtMost, [] { /* latch, interrupts */ })) …
//   }
//
// For one thread.  All signals are blocked while libcurl runs, so that the threads which it starts
// for looking up names never get one.  The process must ignore SIGPIPE, as Postgres's do.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace soulprint {

struct HttpSettings {
  std::string ca_file;  // "" = the system's
  std::string proxy;    // of https://; "" = none, whatever the environment says
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{600'000};  // of a whole POST, from its start
};

struct HttpRequest {
  std::uint64_t tag = 0;             // the caller's own number; comes back with the response
  std::string url;                   // http:// is spoken only if it says so
  std::vector<std::string> headers;  // "name: value"; zeroed after use
  std::string body;                  // of a POST
  std::size_t max_body = std::size_t{1} << 20;  // of the response, on the wire and decompressed
  // If there is one, this is a GET: a response of status 200 goes there as it comes, with no limit
  // of its own; false ends it as kBroken.  It may take any time as long as bytes keep coming.
  std::function<bool(std::string_view)> sink = {};
};

// How a request ended.
enum class HttpEnd {
  kWhole,     // the response came as announced, whatever its status
  kBroken,    // no response, or only a part of one
  kTooLarge,  // its body is larger than max_body, or its head than 64 kB: not read to its end
  // TLS (below version 1.2, say), certificates or the address: the next request would end like this
  // one.
  kMisconfigured,
};

struct HttpResponse {
  std::uint64_t tag = 0;
  HttpEnd end = HttpEnd::kBroken;
  std::string error;  // "" if whole; names neither host nor address
  int status = 0;     // 0 if there was none; may be set even when the rest was broken
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // "" unless whole

  // The value of a header, by its name in any case; "" if there is none.
  std::string_view Header(std::string_view name) const;
};

// What a Retry-After header asks for, in seconds or as an HTTP date; nullopt if it is no time in
// the future.
std::optional<std::chrono::seconds> RetryAfter(std::string_view value,
                                               std::chrono::system_clock::time_point now);

// Overwrites a secret with zeros and empties it.
void Wipe(std::string* secret);

class HttpPool {
 public:
  // Throws Error XX000 if libcurl cannot be set up.
  explicit HttpPool(HttpSettings settings);
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;
  ~HttpPool();

  // Sends a request at once; how many are in flight is for the caller to limit.
  void Start(HttpRequest request);

  // Waits until something arrives, at most `at_most` and at most 100 ms, calls `waiting` once, and
  // gives what is complete.  If `waiting` throws, everything in flight is given up.
  std::vector<HttpResponse> Wait(std::chrono::milliseconds at_most,
                                 const std::function<void()>& waiting);

  // Gives up everything in flight, in milliseconds.
  void Cancel();

  std::size_t in_flight() const;

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace soulprint
