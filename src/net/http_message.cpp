#include "net/http_message.hpp"

#include <curl/curl.h>

#include <algorithm>

#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::hours kLongestRest{24};

bool IsNamed(const std::pair<std::string, std::string>& header, std::string_view name) {
  return LowerAscii(CleanUtf8(header.first)) == name;
}

}  // namespace

std::string_view HttpResponse::Header(std::string_view name) const {
  const std::string wanted = LowerAscii(name);
  for (const auto& header : headers) {
    if (IsNamed(header, wanted)) return header.second;
  }
  return {};
}

std::optional<std::chrono::seconds> RetryAfter(std::string_view value,
                                               std::chrono::system_clock::time_point now) {
  constexpr std::size_t kMaxDigits = 9;
  if (value.empty()) return std::nullopt;
  std::chrono::seconds after{0};
  const bool digits = value.find_first_not_of("0123456789") == value.npos;
  if (digits) {
    after = std::chrono::seconds(value.size() > kMaxDigits ? 999'999'999
                                                           : std::stol(std::string(value)));
  } else {
    const time_t at = curl_getdate(std::string(value).c_str(), nullptr);
    if (at == -1) return std::nullopt;
    after =
        std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::from_time_t(at) - now);
  }
  if (after <= std::chrono::seconds(0)) return std::nullopt;
  return after;
}

std::optional<std::chrono::seconds> RetryAfter(const HttpResponse& response,
                                               std::chrono::system_clock::time_point now) {
  const time_t date = curl_getdate(std::string(response.Header("date")).c_str(), nullptr);
  if (date != -1) now = std::chrono::system_clock::from_time_t(date);
  std::optional<std::chrono::seconds> longest;
  for (const auto& header : response.headers) {
    if (IsNamed(header, "retry-after")) longest = std::max(longest, RetryAfter(header.second, now));
  }
  return longest ? std::optional(std::min<std::chrono::seconds>(*longest, kLongestRest)) : longest;
}

}  // namespace soulprint
