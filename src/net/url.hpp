// Which servers may be contacted.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Why no request may be sent to this URL, as the rest of a sentence; "" if it may.  The URL must be
// https://, or http:// to this machine or to one of `plain_http_hosts` (names or addresses,
// separated by commas), and contain no user name.  The reason does not repeat the URL.
std::string UrlProblem(const std::string& url, std::string_view plain_http_hosts);

// True if the text can be the base of a server's URLs: https:// or http:// with a host, without
// user name, query and fragment.
bool IsServerUrl(const std::string& url);

// True if libcurl takes the text as a proxy: host or URL, of HTTP, HTTPS or SOCKS.
bool IsProxy(const std::string& proxy);

// True if the text is the host of some URL, spelled as libcurl spells it: no port, no brackets.
bool IsHost(const std::string& host);

// A path component for a URL: everything but letters, digits and -._~ percent-encoded.
std::string UrlComponent(const std::string& component);

}  // namespace soulprint
