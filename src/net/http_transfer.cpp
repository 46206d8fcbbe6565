// The unusual options answer what libcurl 7.88 was seen to do: it silently resends a POST when a
// reused connection dies, it sends every header to a redirect target, and it gives "\r" as the
// value of an empty header.

#include "net/http_transfer.hpp"

#include <cstring>
#include <new>
#include <system_error>

#include "util/error.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OK) return;
  throw Error(sqlstate::kInternalError,
              Format("could not set libcurl option: {}", curl_easy_strerror(code)));
}

constexpr std::size_t kMaxHead = std::size_t{64} << 10;
constexpr long kLongestSilence = 60;  // seconds, of a download

bool IsPlainHttp(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  return LowerAscii(CleanUtf8(url.substr(0, kScheme.size()))) == kScheme;
}

// True if the two sides could not agree on a version or cipher.  False if the connection was lost
// during the handshake, for which OpenSSL 3 has an error of its own.
bool HandshakeWasRefused(std::string_view said) {
  return said.find("error:") != said.npos && said.find("unexpected eof") == said.npos;
}

HttpEnd EndOf(CURLcode code, std::string_view said) {
  switch (code) {
    case CURLE_OK:
      return HttpEnd::kWhole;
    case CURLE_SSL_CONNECT_ERROR:
      return HandshakeWasRefused(said) ? HttpEnd::kMisconfigured : HttpEnd::kBroken;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_LOGIN_DENIED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return HttpEnd::kMisconfigured;
    default:
      return HttpEnd::kBroken;
  }
}

// What failed: "Couldn't connect to server: Connection refused", "Timeout was reached: no whole
// response".
std::string Describe(CURL* easy, CURLcode code) {
  std::string text = curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    curl_off_t connected = 0;
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    return text + (connected > 0 ? ": no whole response" : ": no connection");
  }
  long system = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system);
  if (code == CURLE_COULDNT_CONNECT && system != 0) {
    text += ": " + std::generic_category().message(static_cast<int>(system));
  }
  return text;
}

}  // namespace

HeaderList::~HeaderList() {
  for (curl_slist* line = list_; line != nullptr; line = line->next) {
    explicit_bzero(line->data, std::strlen(line->data));
  }
  curl_slist_free_all(list_);
}

void HeaderList::Add(const std::string& line) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  if (line.find_first_of(kBreaks) != line.npos) {
    throw Error(sqlstate::kInternalError, "request header contains a line break");
  }
  curl_slist* const longer = curl_slist_append(list_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

HttpTransfer::HttpTransfer(HttpRequest request, const HttpSettings& settings)
    : request_(std::move(request)), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  for (std::string& header : request_.headers) {
    headers_.Add(header);
    ZeroSecret(&header);
  }
  headers_.Add("Expect:");
  SetRequest();
  SetConnection(settings);
}

HttpResponse HttpTransfer::Finish(CURLcode code) {
  HttpResponse response;
  response.tag = request_.tag;
  response.end = too_large_ ? HttpEnd::kTooLarge : EndOf(code, error_.data());
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_off_t sent = 0;
  curl_easy_getinfo(easy(), CURLINFO_SIZE_UPLOAD_T, &sent);
  response.sent = sent > 0;
  for (curl_header* header = nullptr;
       (header = curl_easy_nextheader(easy(), CURLH_HEADER, -1, header)) != nullptr;) {
    std::string_view value = header->value;
    if (value.ends_with('\r')) value.remove_suffix(1);
    response.headers.emplace_back(header->name, value);
  }
  if (too_large_) {
    response.error = head_ > kMaxHead
                         ? Format("the head of the response is larger than {} kB", kMaxHead >> 10)
                         : Format("the response is larger than {} kB", request_.max_body >> 10);
  } else if (code != CURLE_OK) {
    response.error = Describe(easy(), code);
    long tunnel = 0;
    curl_easy_getinfo(easy(), CURLINFO_HTTP_CONNECTCODE, &tunnel);
    if (tunnel >= 300 && status == 0) {
      response.error = Format("the proxy answers with HTTP {}", tunnel);
      if (tunnel < 500) response.end = HttpEnd::kMisconfigured;
    }
  } else {
    response.body = std::move(body_);
  }
  return response;
}

void HttpTransfer::SetRequest() {
  Set(easy(), CURLOPT_URL, request_.url.c_str());
  Set(easy(), CURLOPT_PROTOCOLS_STR, IsPlainHttp(request_.url) ? "http,https" : "https");
  Set(easy(), CURLOPT_PATH_AS_IS, 1L);
  Set(easy(), CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  Set(easy(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (request_.sink) {
    Set(easy(), CURLOPT_HTTPGET, 1L);
    Set(easy(), CURLOPT_LOW_SPEED_LIMIT, 1L);
    Set(easy(), CURLOPT_LOW_SPEED_TIME, kLongestSilence);
  } else {
    Set(easy(), CURLOPT_POST, 1L);
    Set(easy(), CURLOPT_POSTFIELDS, request_.body.c_str());
    Set(easy(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  Set(easy(), CURLOPT_HTTPHEADER, headers_.get());
  Set(easy(), CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(easy(), CURLOPT_ACCEPT_ENCODING, "gzip");
  Set(easy(), CURLOPT_WRITEFUNCTION, &HttpTransfer::Append);
  Set(easy(), CURLOPT_WRITEDATA, static_cast<void*>(this));
  Set(easy(), CURLOPT_HEADERFUNCTION, &HttpTransfer::CountHead);
  Set(easy(), CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(easy(), CURLOPT_XFERINFOFUNCTION, &HttpTransfer::CountBody);
  Set(easy(), CURLOPT_XFERINFODATA, static_cast<void*>(this));
  Set(easy(), CURLOPT_NOPROGRESS, 0L);
  Set(easy(), CURLOPT_ERRORBUFFER, error_.data());
  Set(easy(), CURLOPT_VERBOSE, 0L);
}

void HttpTransfer::SetConnection(const HttpSettings& settings) {
  Set(easy(), CURLOPT_FORBID_REUSE, 1L);
  Set(easy(), CURLOPT_NOSIGNAL, 1L);
  // Otherwise canceling blocks until the DNS lookup returns.
  Set(easy(), CURLOPT_QUICK_EXIT, 1L);
  // Never send plain HTTP through a proxy.
  Set(easy(), CURLOPT_PROXY, IsPlainHttp(request_.url) ? "" : settings.proxy.c_str());
  Set(easy(), CURLOPT_NOPROXY, "");
  Set(easy(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  const auto timeout = request_.sink ? std::chrono::milliseconds(0) : settings.timeout;
  Set(easy(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  Set(easy(), CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy(), CURLOPT_TCP_KEEPIDLE, 60L);
  Set(easy(), CURLOPT_TCP_KEEPINTVL, 60L);
  Set(easy(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(easy(), CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(easy(), CURLOPT_SSL_VERIFYPEER, 1L);
  Set(easy(), CURLOPT_SSL_VERIFYHOST, 2L);
  SetTrust(settings);
}

// Of a file alone libcurl keeps what it read, with the multi handle; beside a folder it reads the
// file anew for each connection.
void HttpTransfer::SetTrust(const HttpSettings& settings) {
  const char* file = nullptr;  // the system's, if libcurl was built with one
  curl_easy_getinfo(easy(), CURLINFO_CAINFO, &file);
  if (!settings.ca_file.empty()) {
    file = settings.ca_file.c_str();
    Set(easy(), CURLOPT_CAINFO, file);
  }
  if (file != nullptr) Set(easy(), CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

bool HttpTransfer::GoesToSink() const {
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  return request_.sink && status == 200;
}

std::size_t HttpTransfer::CountHead(char*, std::size_t size, std::size_t count,
                                    void* transfer) noexcept {
  HttpTransfer& self = *static_cast<HttpTransfer*>(transfer);
  self.head_ += size * count;
  self.too_large_ = self.too_large_ || self.head_ > kMaxHead;
  return self.head_ > kMaxHead ? 0 : size * count;
}

// Append does not see compressed bytes that decompress to nothing.
int HttpTransfer::CountBody(void* transfer, curl_off_t, curl_off_t received, curl_off_t,
                            curl_off_t) noexcept {
  HttpTransfer& self = *static_cast<HttpTransfer*>(transfer);
  if (self.GoesToSink() || static_cast<std::size_t>(received) <= self.request_.max_body) return 0;
  self.too_large_ = true;
  return 1;
}

std::size_t HttpTransfer::Append(char* data, std::size_t size, std::size_t count,
                                 void* transfer) noexcept {
  HttpTransfer& self = *static_cast<HttpTransfer*>(transfer);
  const std::size_t bytes = size * count;
  try {
    if (self.GoesToSink()) return self.request_.sink({data, bytes}) ? bytes : 0;
  } catch (...) {
    return 0;
  }
  if (bytes > self.request_.max_body - self.body_.size()) {
    self.too_large_ = true;
    return 0;
  }
  try {
    self.body_.append(data, bytes);
  } catch (...) {
    return 0;
  }
  return bytes;
}

}  // namespace soulprint
