#include "llm/batch_model.hpp"

#include <gtest/gtest.h>

#include <map>

#include "fakes.hpp"
#include "http_stub.hpp"
#include "pipeline/payer.hpp"
#include "util/error.hpp"
#include "wire.hpp"

namespace soulprint {
namespace {

using nlohmann::json;

// So many USD, all in all.
class Wallet : public Payer {
 public:
  double left = 1000;
  int in_flight = 0;
  std::vector<double> asked_for;

  bool Reserve(double most, double) override {
    asked_for.push_back(most);
    if (most > left) {
      if (in_flight > 0) return false;
      throw CostLimit("no money is left", "", "");
    }
    left -= most;
    ++in_flight;
    return true;
  }
  void Pay(const Question&, const Usage&, double) override { --in_flight; }
};

// Answers each question.
class Single : public Model {
 public:
  std::vector<Question> asked;

  void Ask(const Next& next, const Take& take) override {
    while (std::optional<Question> question = next()) {
      asked.push_back(*question);
      take(*question, Text("{}"));
    }
  }
};

struct Rows : Batches {
  struct Row {
    std::string state = "sent";
    std::string id;
    std::vector<BatchQuestion> questions;
    double usd = 0;
  };

  explicit Rows(Wallet& wallet) : wallet(wallet) {}

  Wallet& wallet;
  bool wanted = true;
  std::unordered_set<std::string> asked;
  std::map<std::int64_t, Row> rows;
  std::int64_t next = 1;
  std::size_t released = 0;

  std::string NameOf(const Question& question) const override {
    return "name" + std::to_string(question.tag);
  }
  bool Wanted() override { return wanted; }
  std::unordered_set<std::string> Asked() override { return asked; }
  std::int64_t Begin(const std::string&, const std::vector<BatchQuestion>& questions,
                     double usd) override {
    rows[next] = {"sent", "", questions, usd};
    wallet.in_flight -= static_cast<int>(questions.size());
    return next++;
  }
  void Submitted(std::int64_t row, const std::string& id) override {
    rows[row].state = "processing";
    rows[row].id = id;
  }
  void Refused(std::int64_t row, const std::string&) override { rows[row].state = "refused"; }
  void Drop(std::int64_t row) override { rows.erase(row); }
  void Release(std::size_t questions, double usd) override {
    released += questions;
    wallet.left += usd;
    wallet.in_flight -= static_cast<int>(questions);
  }
  std::string Waiting() override { return "waiting for a batch"; }
};

const char* const kTaken = R"({"id":"msgbatch_1","processing_status":"in_progress"})";

struct Scenario {
  HttpStub stub;
  Wallet wallet;
  Rows rows{wallet};
  Single single;
  Endpoint endpoint;
  std::map<std::uint64_t, Answer> taken;
  std::function<void()> idle = [] {};

  Scenario() {
    endpoint.api_url = stub.url();
    endpoint.http.timeout = std::chrono::milliseconds(5000);
    endpoint.prices = {1, 5};
    endpoint.payer = &wallet;
  }

  static Question Fact(int number, bool may_wait = true) {
    Question question = Wire::Some(number);
    question.may_wait = may_wait;
    question.conversation_ids = {"c" + std::to_string(number)};
    return question;
  }

  // Asks these; the error that it ends with, "" = none.
  std::string Ask(std::vector<Question> questions) {
    BatchModel model(endpoint, rows, Borrow(single), idle);
    std::size_t next = 0;
    try {
      model.Ask(
          [&]() -> std::optional<Question> {
            return next < questions.size() ? std::optional(questions[next++]) : std::nullopt;
          },
          [&](const Question& question, const Answer& answer) { taken[question.tag] = answer; });
    } catch (const BatchPending& pending) {
      return pending.what();
    } catch (const Error& error) {
      return error.sqlstate() + " " + error.what();
    }
    return "";
  }
};

TEST(BatchModel, SubmitsWhatMayWait) {
  Scenario scene;
  scene.stub.Play({Reply(200, kTaken)});
  EXPECT_EQ(scene.Ask({Scenario::Fact(1), Scenario::Fact(2), Scenario::Fact(3, false)}),
            "waiting for a batch");
  ASSERT_EQ(scene.stub.journal().size(), 1U);
  const json body = scene.stub.journal()[0].Json();
  EXPECT_EQ(scene.stub.journal()[0].start_line, "POST /v1/messages/batches HTTP/1.1");
  ASSERT_EQ(body.at("requests").size(), 2U);
  EXPECT_EQ(body.at("requests")[0].at("custom_id"), "name1");
  EXPECT_EQ(body.at("requests")[1].at("params").at("model"), "claude-haiku-4-5-20251001");
  EXPECT_EQ(body.at("requests")[1].at("params").at("max_tokens"), 2048);
  EXPECT_EQ(body.at("requests")[0].at("params").at("system").at(0).at("cache_control").at("ttl"),
            "1h");
  EXPECT_EQ(scene.taken[1].outcome, Outcome::kGivenUp);
  ASSERT_EQ(scene.single.asked.size(), 1U);
  EXPECT_EQ(scene.single.asked[0].tag, 3U);
  EXPECT_EQ(scene.rows.rows[1].state, "processing");
  EXPECT_EQ(scene.rows.rows[1].id, "msgbatch_1");
  EXPECT_EQ(scene.rows.rows[1].questions[1].conversation_ids, std::vector<std::string>{"c2"});
}

TEST(BatchModel, SetsAsideHalfThePrice) {
  Scenario scene;
  scene.stub.Play({Reply(200, kTaken)});
  scene.Ask({Scenario::Fact(1)});
  ASSERT_EQ(scene.wallet.asked_for.size(), 1U);
  // 2048 tokens of answer at 5 USD a million, and a question of few bytes.
  EXPECT_GT(scene.wallet.asked_for[0], 2048 * 2.5 / 1e6);
  EXPECT_LT(scene.wallet.asked_for[0], 2048 * 3.0 / 1e6);
  EXPECT_DOUBLE_EQ(scene.rows.rows[1].usd, scene.wallet.asked_for[0]);
}

TEST(BatchModel, AsksAloneWhatABatchDidNotAnswer) {
  Scenario scene;
  scene.rows.asked = {"name1"};
  EXPECT_EQ(scene.Ask({Scenario::Fact(1)}), "");
  EXPECT_EQ(scene.single.asked.size(), 1U);
  EXPECT_EQ(scene.stub.journal().size(), 0U);
}

TEST(BatchModel, AsksAloneWhereBatchesAreNotWanted) {
  Scenario scene;
  scene.rows.wanted = false;
  EXPECT_EQ(scene.Ask({Scenario::Fact(1), Scenario::Fact(2)}), "");
  EXPECT_EQ(scene.single.asked.size(), 2U);
  EXPECT_TRUE(scene.rows.rows.empty());
}

TEST(BatchModel, SubmitsWhatTheMoneyAllows) {
  Scenario scene;
  scene.stub.Play({Reply(200, kTaken)});
  scene.wallet.left = 2.5 * 2048 * 2.7 / 1e6;
  EXPECT_EQ(scene.Ask({Scenario::Fact(1), Scenario::Fact(2), Scenario::Fact(3)}),
            "waiting for a batch");
  EXPECT_EQ(scene.rows.rows.size(), 1U);
  EXPECT_EQ(scene.rows.rows[1].questions.size(), 2U);
  EXPECT_EQ(scene.wallet.in_flight, 0);
}

TEST(BatchModel, WithoutMoneyTheLimitComesThrough) {
  Scenario scene;
  scene.wallet.left = 0;
  EXPECT_EQ(scene.Ask({Scenario::Fact(1)}), "53400 no money is left");
  EXPECT_TRUE(scene.rows.rows.empty());
}

TEST(BatchModel, AnErrorFreesWhatWasGathered) {
  Scenario scene;
  scene.idle = [] { throw PassLost("full pass 1 was canceled"); };
  EXPECT_EQ(scene.Ask({Scenario::Fact(1)}), "02000 full pass 1 was canceled");
  scene.idle = [] {};
  BatchModel model(scene.endpoint, scene.rows, Borrow(scene.single), scene.idle);
  int next = 0;
  EXPECT_THROW(model.Ask(
                   [&]() -> std::optional<Question> {
                     if (next == 2) throw PassLost("gone");
                     return Scenario::Fact(++next);
                   },
                   [](const Question&, const Answer&) {}),
               PassLost);
  EXPECT_EQ(scene.rows.released, 2U);
  EXPECT_EQ(scene.wallet.in_flight, 0);
  EXPECT_DOUBLE_EQ(scene.wallet.left, 1000);
}

TEST(BatchModel, ALostResponseIsLookedForLater) {
  for (const Scene& scene_of : {Cut(Reply(200, kTaken), 5), Reply(200, "<html>"),
                                Fails(500, "api_error", "oops"), Scene{"", Scene::End::kReset}}) {
    Scenario scene;
    scene.stub.Play({scene_of});
    EXPECT_EQ(scene.Ask({Scenario::Fact(1)}), "waiting for a batch");
    EXPECT_EQ(scene.rows.rows[1].state, "sent");
    EXPECT_EQ(scene.stub.journal().size(), 1U);
  }
}

TEST(BatchModel, AServerWithoutBatchesIsToldApart) {
  for (const int status : {400, 404, 405, 413, 422, 501}) {
    Scenario scene;
    scene.stub.Play({Reply(status, "Not here")});
    const std::string error = scene.Ask({Scenario::Fact(1)});
    EXPECT_EQ(error.find("57P01 the model server takes no batches: "), 0U) << status << error;
    EXPECT_EQ(scene.rows.rows[1].state, "refused");
  }
  Scenario scene;
  scene.stub.Play({Fails(404, "not_found_error", "Not Found")});
  EXPECT_EQ(scene.Ask({Scenario::Fact(1)}).find("57P01 the model server takes no batches: "), 0U);
}

TEST(BatchModel, BusyIsNotRefused) {
  for (const int status : {429, 529}) {
    Scenario scene;
    scene.stub.Play({Fails(status, "overloaded_error", "busy", {{"retry-after", "90"}})});
    EXPECT_EQ(scene.Ask({Scenario::Fact(1)}).find("57P03 the model server takes no batch now: "),
              0U);
    EXPECT_TRUE(scene.rows.rows.empty());
  }
}

TEST(BatchModel, AWrongKeyPauses) {
  Scenario scene;
  int paused = 0;
  scene.endpoint.pause = [&](const ServerUnavailable&, bool) { ++paused; };
  scene.stub.Play({Fails(401, "authentication_error", "invalid x-api-key")});
  EXPECT_EQ(
      scene.Ask({Scenario::Fact(1)}).find("57P03 the model server does not accept the API key"),
      0U);
  EXPECT_EQ(paused, 1);
  EXPECT_TRUE(scene.rows.rows.empty());
}

TEST(BatchModel, WithoutAKeyNothingBegins) {
  Scenario scene;
  scene.endpoint.key = []() -> std::string { throw PassStopped("requests are paused"); };
  EXPECT_EQ(scene.Ask({Scenario::Fact(1)}), "57P01 requests are paused");
  EXPECT_TRUE(scene.rows.rows.empty());
  EXPECT_EQ(scene.rows.released, 1U);
}

}  // namespace
}  // namespace soulprint
