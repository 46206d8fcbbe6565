// libcurl parses the URL, so that the check and the request agree on the host.

#include "net/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "util/text.hpp"

namespace soulprint {
namespace {

struct Parts {
  std::string scheme;  // in lower case, like the host
  std::string host;    // without the brackets of an IPv6 address
  bool user = false;
};

// Copies and frees a string of libcurl's; "" for null.
std::string Take(char* text) {
  const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
  return text == nullptr ? "" : text;
}

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  return curl_url_get(url, part, &text, 0) == CURLUE_OK ? LowerAscii(CleanUtf8(Take(text))) : "";
}

// Empty if text is not a URL.
Parts Parse(const std::string& text, unsigned int flags = 0) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), flags) != CURLUE_OK) return {};
  Parts parts{Part(url.get(), CURLUPART_SCHEME), Part(url.get(), CURLUPART_HOST),
              !Part(url.get(), CURLUPART_USER).empty()};
  if (parts.host.starts_with('[')) parts.host = parts.host.substr(1, parts.host.size() - 2);
  return parts;
}

// 127.0.0.0/8.  libcurl normalizes other spellings to this one.
bool IsLoopbackAddress(std::string_view host) {
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "::1" || IsLoopbackAddress(host);
}

}  // namespace

std::string UrlProblem(const std::string& url, std::string_view plain_http_hosts) {
  const Parts parts = Parse(url);
  if (parts.host.empty()) return "is not a URL";
  if (parts.user) return "contains a user name";
  if (parts.scheme == "https") return "";
  if (parts.scheme != "http") return "is neither https:// nor http://";
  if (IsLoopback(parts.host) || IsListed(parts.host, LowerAscii(CleanUtf8(plain_http_hosts))))
    return "";
  return "is http:// to a host that is neither this machine nor in soulprint.plain_http_hosts";
}

bool IsServerUrl(const std::string& url) {
  const Parts parts = Parse(url);
  return !parts.host.empty() && !parts.user &&
         (parts.scheme == "https" || parts.scheme == "http") &&
         url.find_first_of("?#") == std::string::npos;
}

bool IsProxy(const std::string& proxy) {
  constexpr std::string_view kSchemes[] = {"http",    "https",  "socks4",
                                           "socks4a", "socks5", "socks5h"};
  // As libcurl reads CURLOPT_PROXY.
  const Parts parts = Parse(proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
  return !parts.host.empty() && std::ranges::find(kSchemes, parts.scheme) != std::end(kSchemes);
}

bool IsHost(const std::string& host) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return !host.empty() &&
         Parse(is_ipv6 ? "http://[" + host + "]" : "http://" + host).host == LowerAscii(host);
}

std::string UrlComponent(const std::string& component) {
  return Take(curl_easy_escape(nullptr, component.data(), static_cast<int>(component.size())));
}

}  // namespace soulprint
