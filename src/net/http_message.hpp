// What a request says and what comes back.

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

}  // namespace soulprint
