// Which servers may be spoken to.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Why nothing may be sent to this URL, "" if it may: it must be https://, or http:// to this
// machine or to one of `plain_http_hosts` (names or addresses, separated by commas), and carry no
// user name. The reason does not repeat the URL.
std::string UrlProblem(const std::string& url, std::string_view plain_http_hosts);

// A component of a path as it stands in a URL: all but letters, digits and -._~ percent-encoded.
std::string UrlComponent(const std::string& component);

}  // namespace soulprint
