// An alert is one POST that is taken, of at most three; nothing waits for it longer than that.

#include "net/alert.hpp"

#include <gtest/gtest.h>

#include "http_stub.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct Hook {
  HttpStub stub;
  AlertTarget target{stub.url() + "/services/T0/B1?key=secret", {}};
  AlertLimits limits{3, milliseconds(300), milliseconds(10)};
  int waited = 0;

  std::string Send(const std::string& text = "Full pass 42 failed.") {
    return SendAlert(target, text, limits, [&] { ++waited; });
  }
};

TEST(Alert, IsOnePostOfJson) {
  Hook hook;
  hook.stub.Play({Reply(200, "ok")});
  EXPECT_EQ(hook.Send(), "");
  ASSERT_EQ(hook.stub.journal().size(), 1U);
  const HttpStub::Received post = hook.stub.journal()[0];
  EXPECT_EQ(post.start_line, "POST /services/T0/B1?key=secret HTTP/1.1");
  EXPECT_EQ(post.Header("content-type"), "application/json");
  EXPECT_EQ(post.Json(), nlohmann::json({{"text", "Full pass 42 failed."}}));
}

TEST(Alert, IsPlainTextToSlack) {
  EXPECT_EQ(AlertBody("a < b & <!channel>"), R"({"text":"a &lt; b &amp; &lt;!channel&gt;"})");
  EXPECT_EQ(AlertBody("\u202Ea\u200Bb\x01 \xFF"), "{\"text\":\"ab \uFFFD\"}");
}

TEST(Alert, IsTriedThreeTimes) {
  Hook hook;
  hook.stub.Play({Reply(500, ""), Reply(500, ""), Reply(204, ""), Reply(500, "")});
  EXPECT_EQ(hook.Send(), "");
  EXPECT_EQ(hook.stub.journal().size(), 3U);
  hook.stub.Play({Reply(404, "no_team"), Reply(302, "", {{"location", hook.stub.url()}}),
                  Reply(403, "invalid_token"), Reply(200, "")});
  EXPECT_EQ(hook.Send(), "HTTP 403");
  EXPECT_EQ(hook.stub.journal().size(), 6U);
}

TEST(Alert, ThatWasTakenIsNotRepeated) {
  Hook hook;
  hook.stub.Play({Cut(Reply(200, "ok"), 1)});
  EXPECT_EQ(hook.Send(), "");
  EXPECT_EQ(hook.stub.journal().size(), 1U);
}

TEST(Alert, SaysHowItFailedWithoutTheUrl) {
  Hook hook;
  hook.stub.Play({{.end = Scene::End::kHang}});
  const auto before = Clock::now();
  EXPECT_EQ(hook.Send(), "Timeout was reached: no whole response");
  EXPECT_EQ(hook.stub.journal().size(), 3U);
  EXPECT_GE(Clock::now() - before, milliseconds(900));
  EXPECT_GE(hook.waited, 9);  // every 100 ms
  hook.target.url = "http://127.0.0.1:1/secret";
  const std::string refused = hook.Send();  // libcurl 8 says "Could not"
  EXPECT_TRUE(refused.ends_with(" connect to server: Connection refused")) << refused;
}

TEST(Alert, EndsAtOnce) {
  Hook hook;
  hook.limits.of_try = std::chrono::minutes(1);
  hook.stub.Play({{.end = Scene::End::kHang}});
  int calls = 0;
  const auto before = Clock::now();
  EXPECT_THROW(SendAlert(hook.target, "text", hook.limits,
                         [&] {
                           if (++calls == 3) throw std::runtime_error("canceled");
                         }),
               std::runtime_error);
  EXPECT_LT(Clock::now() - before, milliseconds(2000));
  EXPECT_TRUE(hook.stub.AwaitGivenUp(1));
  // Also between two tries.
  hook.limits.between_tries = std::chrono::minutes(1);
  hook.stub.Play({Reply(500, "")});
  EXPECT_THROW(SendAlert(hook.target, "text", hook.limits,
                         [&] {
                           if (hook.stub.journal().size() == 2 && ++calls == 20) {
                             throw std::runtime_error("canceled");
                           }
                         }),
               std::runtime_error);
}

}  // namespace
}  // namespace soulprint
