// HTTP requests and responses.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace soulprint {

struct HttpSettings {
  std::string ca_file;  // all that is trusted; "" = the system's
  std::string proxy;    // for https://; "" = none, whatever the environment says
  std::chrono::milliseconds connect_timeout{0};  // 0 = libcurl's, 300 s
  std::chrono::milliseconds timeout{0};          // for a whole POST, from its start; 0 = none
};

struct HttpRequest {
  std::uint64_t tag = 0;             // chosen by the caller; returned with the response
  std::string url;                   // https:// or http://
  std::vector<std::string> headers;  // "name: value"; zeroed after use
  std::string body;                  // of a POST
  // Bytes of the response body, both on the wire and decompressed.
  std::size_t max_body = std::size_t{1} << 20;
  // If set, the request is a GET: the body of a response with status 200 goes to the sink as it
  // arrives.  Neither max_body nor timeout applies; the response is kBroken after 60 s without a
  // byte, or when the sink returns false.
  std::function<bool(std::string_view)> sink = {};
};

// How a request ended.
enum class HttpEnd {
  kWhole,          // the response is complete, whatever its status
  kBroken,         // no response, or only a part of one
  kTooLarge,       // its body is larger than max_body, or its head than 64 kB: not read to the end
  kMisconfigured,  // TLS version, certificate or address: the next request would fail like this one
};

struct HttpResponse {
  std::uint64_t tag = 0;
  HttpEnd end = HttpEnd::kBroken;
  std::string error;  // "" if whole; contains neither host nor address
  bool sent = false;  // true if some of the body was sent
  int status = 0;     // 0 if there is none; can be set even when the rest is broken
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // "" unless whole

  // The value of a header, whose name is in any case; "" if there is none.
  std::string_view Header(std::string_view name) const;
};

// Parses a Retry-After header, in seconds or as an HTTP date; nullopt if it is not a time in the
// future.
std::optional<std::chrono::seconds> RetryAfter(std::string_view value,
                                               std::chrono::system_clock::time_point now);

// How long the response asks not to be contacted: the longest of its Retry-After headers, to which
// proxies may add one, and at most a day.  A date counts from the response's own date, or from
// `now` if it has none: the clocks may differ.
std::optional<std::chrono::seconds> RetryAfter(const HttpResponse& response,
                                               std::chrono::system_clock::time_point now);

}  // namespace soulprint
