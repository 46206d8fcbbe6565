// A MessagesModel that asks a scripted server.
//
//   Wire wire;
//   wire.stub.Play({Reply(500, ""), Says("hello")});
//   EXPECT_EQ(wire.Ask().text, "hello");
//   EXPECT_EQ(wire.sent(), 2U);

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http_stub.hpp"
#include "llm/client.hpp"
#include "util/error.hpp"

namespace soulprint {

struct Wire {
  HttpStub stub;
  Endpoint endpoint;
  std::function<void()> idle = [] {};
  std::string key = "sk-ant-test-0123456789";
  std::vector<Answer> taken;
  int fetched = 0;
  std::optional<MessagesModel> kept;

  Wire() {
    endpoint.api_url = stub.url();
    endpoint.key = [this] { return key; };
    endpoint.http.timeout = std::chrono::milliseconds(5000);
    endpoint.prices = {1, 5};
    endpoint.delay_scale = 0.001;
  }

  static Question Some(int number = 0) {
    Question question;
    question.tag = static_cast<std::uint64_t>(number);
    question.system = "S";
    question.material = "{\"number\":" + std::to_string(number) + "}";
    question.instruction = "I";
    question.schema = R"({"type":"object","properties":{},"additionalProperties":false})";
    question.model = "claude-haiku-4-5-20251001";
    question.max_tokens = 2048;
    question.temperature = 0.3;
    return question;
  }

  MessagesModel& model() {
    if (!kept) kept.emplace(endpoint, [this] { idle(); });
    return *kept;
  }

  void AskMany(int count) {
    fetched = 0;
    model().Ask(
        [&]() -> std::optional<Question> {
          return fetched < count ? std::optional(Some(fetched++)) : std::nullopt;
        },
        [&](const Question&, const Answer& answer) { taken.push_back(answer); });
  }

  Answer Ask() {
    taken.clear();
    AskMany(1);
    EXPECT_EQ(taken.size(), 1U);
    return taken.empty() ? Answer() : taken.front();
  }

  // So many times this scene, then the answer to a probe.
  void PlayThenAnswer(const Scene& scene, std::size_t times) {
    std::vector<Scene> scenes(times, scene);
    scenes.push_back(Says("H"));
    stub.Play(scenes);
  }

  // The Error that asking ends with.
  Error Ending(int count = 1) {
    try {
      AskMany(count);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "asking ended well";
    return Error("", "");
  }

  // What was sent: q = a question, p = a probe.
  std::string Kinds() {
    std::string kinds;
    for (const auto& request : stub.journal()) {
      kinds += request.body.find("number") == std::string::npos ? 'p' : 'q';
    }
    return kinds;
  }

  std::size_t sent() { return stub.journal().size(); }

  // From the answer to one request to the arrival of another.
  std::chrono::nanoseconds Gap(std::size_t from, std::size_t to) {
    const auto journal = stub.journal();
    return journal.at(to).at - journal.at(from).answered;
  }
};

}  // namespace soulprint
