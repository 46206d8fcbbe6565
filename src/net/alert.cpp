#include "net/alert.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "net/http.hpp"
#include "util/dump_json.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{100};

std::string ForSlack(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// One try: "" or how it ended.
std::string Post(HttpPool& pool, const std::string& url, const std::string& body,
                 const std::function<void()>& waiting) {
  HttpRequest request;
  request.url = url;
  request.headers = {"content-type: application/json", "user-agent: soulprint"};
  request.body = body;
  pool.Start(std::move(request));
  while (true) {
    const std::vector<HttpResponse> complete = pool.Wait(kTick, waiting);
    if (complete.empty()) continue;
    const HttpResponse& response = complete.front();
    if (response.status >= 200 && response.status < 300) return "";
    return response.status == 0 ? response.error : Format("HTTP {}", response.status);
  }
}

void Pause(HttpPool& pool, milliseconds time, const std::function<void()>& waiting) {
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end) pool.Wait(kTick, waiting);
}

}  // namespace

std::string AlertBody(std::string_view text) {
  return DumpJson(nlohmann::ordered_json{{"text", ForSlack(Visible(CleanUtf8(text)))}});
}

std::string SendAlert(const AlertTarget& target, std::string_view text, const AlertLimits& limits,
                      const std::function<void()>& waiting) {
  HttpSettings http = target.http;
  http.timeout = limits.of_try;
  HttpPool pool(http);
  const std::string body = AlertBody(text);
  std::string failure;
  for (int i = 0; i < limits.tries; ++i) {
    if (i > 0) Pause(pool, limits.between_tries, waiting);
    failure = Post(pool, target.url, body, waiting);
    if (failure.empty()) break;
  }
  return failure;
}

}  // namespace soulprint
