// Only the given requests are sent, and a broken response never counts as whole.

#include "net/http.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "http_stub.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// {"a":1}
constexpr unsigned char kGzip[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                   0x03, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 0x05,
                                   0x00, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0x00, 0x00, 0x00};

std::string Gzipped() { return {reinterpret_cast<const char*>(kGzip), sizeof(kGzip)}; }

struct Net {
  HttpStub stub;
  HttpSettings settings;
  int waited = 0;

  Net() { settings.timeout = milliseconds(5000); }

  HttpRequest Request(const std::string& url, std::string body = "{}") {
    return {7, url, {"content-type: application/json", "x-api-key: sk-secret"}, std::move(body)};
  }

  HttpResponse Get(HttpPool& pool, HttpRequest request) {
    pool.Start(std::move(request));
    while (pool.in_flight() > 0) {
      for (HttpResponse& response : pool.Wait(milliseconds(100), [&] { ++waited; })) {
        return std::move(response);
      }
    }
    return {};
  }

  HttpResponse Post(const std::vector<Scene>& scenes, std::string body = "{}") {
    stub.Play(scenes);
    HttpPool pool(settings);
    return Get(pool, Request(stub.url() + "/v1/messages", std::move(body)));
  }

  HttpResponse PostTo(const std::string& url) {
    HttpPool pool(settings);
    return Get(pool, Request(url));
  }
};

TEST(Http, RequestIsWhatWasAskedForAndNoMore) {
  Net net;
  const HttpResponse response =
      net.Post({Reply(200, "{\"a\":1}", {{"Request-Id", "req_9"}, {"etag", ""}})});
  EXPECT_EQ(response.end, HttpEnd::kWhole);
  EXPECT_EQ(response.tag, 7U);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"a\":1}");
  EXPECT_EQ(response.Header("REQUEST-ID"), "req_9");
  EXPECT_EQ(response.Header("retry-after"), "");
  EXPECT_EQ(response.Header("etag"), "");
  const HttpStub::Received sent = net.stub.journal().at(0);
  EXPECT_EQ(sent.start_line, "POST /v1/messages HTTP/1.1");
  EXPECT_EQ(sent.Header("content-type"), "application/json");
  EXPECT_EQ(sent.Header("x-api-key"), "sk-secret");
  EXPECT_EQ(sent.Header("content-length"), "2");
  EXPECT_EQ(sent.Header("accept-encoding"), "gzip");
  EXPECT_EQ(sent.Header("expect"), "");
  EXPECT_EQ(sent.Header("authorization"), "");
  EXPECT_EQ(sent.body, "{}");
}

TEST(Http, AHeaderIsOneLine) {
  Net net;
  for (const std::string& end :
       {std::string("\nx-evil: 1"), std::string("\r"), std::string(1, 0)}) {
    HttpRequest request = net.Request(net.stub.url());
    request.headers.push_back("x-api-key: a" + end);
    HttpPool pool(net.settings);
    EXPECT_THROW(pool.Start(std::move(request)), Error);
    EXPECT_EQ(pool.in_flight(), 0U);
  }
  EXPECT_EQ(net.stub.connections(), 0);
}

TEST(Http, LargeRequestGoesOutWholeAndAtOnce) {
  Net net;
  std::string body;
  for (int i = 0; body.size() < 1'300'000; ++i) body += std::to_string(i);
  EXPECT_EQ(net.Post({Reply(200, "ok")}, body).body, "ok");
  const HttpStub::Received sent = net.stub.journal().at(0);
  EXPECT_EQ(sent.Header("expect"), "");
  EXPECT_EQ(sent.body, body);
}

TEST(Http, GzipAndChunksAreUnpacked) {
  Net net;
  EXPECT_EQ(net.Post({Reply(200, Gzipped(), {{"content-encoding", "gzip"}})}).body, "{\"a\":1}");
  const Scene chunked{
      "HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"};
  EXPECT_EQ(net.Post({chunked}).body, "abcde");
}

TEST(Http, ProxiesMayEncodeAnew) {
  const std::string text = "{\"a\":1}";
  // Deflate, with its zlib header.
  constexpr unsigned char kDeflated[] = {0x78, 0x9c, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32,
                                         0xac, 0x05, 0x00, 0x08, 0x2a, 0x02, 0x09};
  const std::string deflated(reinterpret_cast<const char*>(kDeflated), sizeof(kDeflated));
  const std::string length = std::to_string(text.size());
  Net net;
  EXPECT_EQ(net.Post({Reply(200, deflated, {{"Content-Encoding", "deflate"}})}).body, text);
  EXPECT_EQ(net.Post({Reply(200, Gzipped(), {{"CONTENT-ENCODING", "x-gzip"}})}).body, text);
  EXPECT_EQ(net.Post({Reply(200, text, {{"content-encoding", "identity"}})}).body, text);
  // Headers twice, an interim response, no length, both lengths.
  const HttpResponse twice = net.Post(
      {Reply(200, text, {{"content-length", length}, {"Request-Id", "a"}, {"request-id", "b"}})});
  EXPECT_EQ(twice.body, text);
  EXPECT_EQ(twice.Header("REQUEST-ID"), "a");
  EXPECT_EQ(net.Post({{"HTTP/1.1 103 x\r\nlink: </x>\r\n\r\n" + Reply(200, text).bytes}}).body,
            text);
  EXPECT_EQ(net.Post({{"HTTP/1.0 200 x\r\nvia: 1.0 p\r\n\r\n" + text}}).body, text);
  EXPECT_EQ(net.Post({{"HTTP/1.1 200 x\r\ncontent-length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "7\r\n" +
                       text + "\r\n0\r\nx-checked: yes\r\n\r\n"}})
                .body,
            text);
}

TEST(Http, WhatIsCutOffIsNeverWhole) {
  const Scene whole = Reply(200, "0123456789");
  const Scene chunked{"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\nde"};
  const Scene garbage = Reply(200, "no gzip", {{"content-encoding", "gzip"}});
  for (const Scene& scene : {Cut(whole, 4), Cut(whole, 4, Scene::End::kReset), chunked, garbage}) {
    Net net;
    const HttpResponse response = net.Post({scene});
    EXPECT_EQ(response.end, HttpEnd::kBroken) << scene.bytes;
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_NE(response.error, "");
  }
}

// libcurl does not detect these; the reader of the body must.
TEST(Http, CutGzipWithoutLengthIsNotTheWhole) {
  Net net;
  const Scene scene{"HTTP/1.1 200 x\r\ncontent-encoding: gzip\r\n\r\n" + Gzipped().substr(0, 14)};
  const HttpResponse response = net.Post({scene});
  EXPECT_NE(response.body, "{\"a\":1}");
}

TEST(Http, NothingIsSentASecondTime) {
  Net net;
  const Scene dropped{""};
  net.stub.Play({Reply(200, "ok"), dropped, {"", Scene::End::kReset}, Reply(200, "late")});
  HttpPool pool(net.settings);
  EXPECT_EQ(net.Get(pool, net.Request(net.stub.url())).body, "ok");
  EXPECT_EQ(net.Get(pool, net.Request(net.stub.url())).end, HttpEnd::kBroken);
  EXPECT_EQ(net.Get(pool, net.Request(net.stub.url())).end, HttpEnd::kBroken);
  EXPECT_EQ(net.stub.journal().size(), 3U);
  EXPECT_EQ(net.stub.connections(), 3);
}

TEST(Http, RedirectIsNotFollowed) {
  Net net;
  HttpStub other;
  const HttpResponse response = net.Post({Reply(307, "", {{"location", other.url()}})});
  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(other.connections(), 0);
}

TEST(Http, ProxyComesFromTheSettingOnly) {
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
    setenv(name, "http://127.0.0.1:1", 1);
  }
  Net net;
  EXPECT_EQ(net.Post({Reply(200, "direct")}).body, "direct");
  setenv("NO_PROXY", "*", 1);
  net.settings.proxy = net.stub.url();
  net.stub.Play({Reply(502, "")});
  EXPECT_EQ(net.PostTo("https://model.invalid/x").end, HttpEnd::kBroken);
  EXPECT_EQ(net.stub.journal().at(1).start_line, "CONNECT model.invalid:443 HTTP/1.1");
  net.stub.Play({Reply(407, "<html>who are you?</html>", {{"proxy-authenticate", "Basic"}})});
  const HttpResponse refused = net.PostTo("https://model.invalid/x");
  EXPECT_EQ(refused.end, HttpEnd::kMisconfigured);
  EXPECT_EQ(refused.error, "the proxy answers with HTTP 407");
  EXPECT_EQ(refused.status, 0);
  EXPECT_FALSE(refused.sent);
  // Plain HTTP never goes through a proxy.
  net.settings.proxy = "http://127.0.0.1:1";
  EXPECT_EQ(net.Post({Reply(200, "direct")}).body, "direct");
  for (const char* name : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) unsetenv(name);
}

TEST(Http, NoConnectionIsBrokenAndSaysWhy) {
  Net net;
  const std::string label(70, 'x');  // too long for a DNS label, so the lookup needs no network
  for (const std::string& url :
       {std::string("http://127.0.0.1:1"), "http://" + label + ".invalid"}) {
    const HttpResponse response = net.PostTo(url);
    EXPECT_EQ(response.end, HttpEnd::kBroken);
    EXPECT_EQ(response.status, 0);
    EXPECT_NE(response.error, "");
    EXPECT_EQ(response.error.find("127.0.0.1"), std::string::npos);
  }
}

TEST(Http, WhatNoOtherRequestCanCureIsToldApart) {
  Net net;
  EXPECT_EQ(net.PostTo("ftp://127.0.0.1:1").end, HttpEnd::kMisconfigured);
  EXPECT_EQ(net.PostTo("file:///etc/passwd").end, HttpEnd::kMisconfigured);
  EXPECT_EQ(net.PostTo("https://user:word@127.0.0.1:1").end, HttpEnd::kMisconfigured);
  EXPECT_EQ(net.PostTo("http://[").end, HttpEnd::kMisconfigured);
  net.settings.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(net.PostTo("https" + net.stub.url().substr(4)).end, HttpEnd::kMisconfigured);
}

TEST(Http, ARefusedHandshakeIsToldFromALostConnection) {
  const auto alert = [](char what) { return std::string("\x15\x03\x03\x00\x02\x02", 6) + what; };
  Net net;
  const auto end = [&](Scene scene) {
    scene.no_http = true;
    net.stub.Play({scene});
    return net.PostTo("https" + net.stub.url().substr(4)).end;
  };
  EXPECT_EQ(end({alert(70)}), HttpEnd::kMisconfigured);  // protocol version
  EXPECT_EQ(end({alert(40)}), HttpEnd::kMisconfigured);  // handshake failure
  EXPECT_EQ(end({"HTTP/1.1 400 Bad Request\r\n\r\n"}), HttpEnd::kMisconfigured);
  EXPECT_EQ(end({"", Scene::End::kReset}), HttpEnd::kBroken);
  EXPECT_EQ(end({"", Scene::End::kClose}), HttpEnd::kBroken);
  EXPECT_EQ(end({std::string("\x16\x03\x03\x00\x7a\x02", 6)}), HttpEnd::kBroken);
}

// The response to a request with max_body = 100,000.
HttpResponse UpTo100Kb(Net& net, const Scene& scene) {
  net.stub.Play({scene});
  HttpPool pool(net.settings);
  HttpRequest request = net.Request(net.stub.url());
  request.max_body = 100'000;
  return net.Get(pool, std::move(request));
}

TEST(Http, LargeResponseIsCutAtTheCap) {
  Net net;
  EXPECT_EQ(UpTo100Kb(net, Reply(200, std::string(100'000, 'x'))).end, HttpEnd::kWhole);
  const std::string large(100'001, 'x');
  for (const Scene& scene : {Reply(200, large), Cut(Reply(200, large), 0, Scene::End::kHang),
                             Scene{"HTTP/1.1 200 x\r\n\r\n" + large, Scene::End::kHang}}) {
    const HttpResponse response = UpTo100Kb(net, scene);
    EXPECT_EQ(response.end, HttpEnd::kTooLarge);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.error, "the response is larger than 97 kB");
  }
}

TEST(Http, WhatDecompressesToNothingIsCutToo) {
  Net net;
  std::string gzip = Gzipped().substr(0, 10);
  const std::string empty_block("\x00\x00\x00\xff\xff", 5);
  while (gzip.size() < 200'000) gzip += empty_block;
  const Scene scene{"HTTP/1.1 200 x\r\ncontent-encoding: gzip\r\n\r\n" + gzip, Scene::End::kHang};
  EXPECT_EQ(UpTo100Kb(net, scene).end, HttpEnd::kTooLarge);
}

TEST(Http, LargeHeadIsCut) {
  Net net;
  std::string lines;
  while (lines.size() < 65'000) lines += "x-more: " + std::string(70, 'x') + "\r\n";
  const std::string ok = "HTTP/1.1 200 x\r\n";
  EXPECT_EQ(net.Post({{ok + lines + "\r\n"}}).end, HttpEnd::kWhole);
  const std::string interim = "HTTP/1.1 103 x\r\n" + lines + "\r\n";
  const std::string chunked = ok + "transfer-encoding: chunked\r\n\r\n0\r\n" + lines + lines;
  for (const std::string& bytes : {ok + lines + lines, interim + interim, chunked}) {
    const HttpResponse response = net.Post({{bytes, Scene::End::kHang}});
    EXPECT_EQ(response.end, HttpEnd::kTooLarge);
    EXPECT_EQ(response.error, "the head of the response is larger than 64 kB");
  }
}

TEST(Http, TimeoutCountsFromTheRequest) {
  Net net;
  net.settings.timeout = milliseconds(200);
  for (const Scene& scene :
       {Scene{"", Scene::End::kHang}, Cut(Reply(200, "0123"), 2, Scene::End::kHang)}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(net.Post({scene}).end, HttpEnd::kBroken);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(190));
    EXPECT_GE(net.waited, 2);
  }
}

TEST(Http, WhatWaitingThrowsGivesEverythingUp) {
  Net net;
  net.stub.Play({{"", Scene::End::kHang}});
  HttpPool pool(net.settings);
  for (int i = 0; i < 3; ++i) pool.Start(net.Request(net.stub.url()));
  int calls = 0;
  const auto waiting = [&] {
    if (net.stub.journal().size() == 3 && ++calls > 1) throw PassStopped("stop");
  };
  EXPECT_THROW(while (true) pool.Wait(milliseconds(100), waiting), Error);
  EXPECT_EQ(pool.in_flight(), 0U);
  EXPECT_TRUE(net.stub.AwaitGivenUp(3));
}

TEST(Http, WaitingIsCalledWithoutAnythingInFlight) {
  Net net;
  HttpPool pool(net.settings);
  int calls = 0;
  EXPECT_TRUE(pool.Wait(milliseconds(1), [&] { ++calls; }).empty());
  EXPECT_EQ(calls, 1);
}

TEST(Http, SignalMaskStaysAsItWas) {
  Net net;
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  net.Post({Reply(200, "ok")});
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < 32; ++signal) {
    EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal)) << signal;
  }
}

TEST(RetryAfter, SecondsOrADateInTheFuture) {
  const auto now = std::chrono::system_clock::from_time_t(1'709'287'200);  // 2024-03-01 10:00
  EXPECT_EQ(RetryAfter("1", now), seconds(1));
  EXPECT_EQ(RetryAfter("86400", now), seconds(86400));
  EXPECT_EQ(RetryAfter("99999999999999999999", now), seconds(999'999'999));
  EXPECT_EQ(RetryAfter("Fri, 01 Mar 2024 10:00:05 GMT", now), seconds(5));
  for (const char* none : {"", "0", "-1", "abc", "Fri, 01 Mar 2024 09:00:00 GMT"}) {
    EXPECT_EQ(RetryAfter(none, now), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace soulprint
