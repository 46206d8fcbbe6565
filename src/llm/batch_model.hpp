// A Model that asks in Message Batches what may wait, and everything else one by one
// (doc/messages_api.md, "Batches").

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "llm/batch_api.hpp"
#include "llm/client.hpp"
#include "net/http_message.hpp"
#include "pipeline/batches.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

class BatchModel : public Model {
 public:
  // Prices of the endpoint are those of single requests, which `single` sends.  `batches` outlives
  // the model.  `idle` as of MessagesModel.
  BatchModel(Endpoint endpoint, Batches& batches, std::unique_ptr<Model> single,
             std::function<void()> idle);
  BatchModel(const BatchModel&) = delete;
  BatchModel& operator=(const BatchModel&) = delete;

  // Questions that may wait and were in no batch of the pass are submitted in batches and taken as
  // kGivenUp; then Ask throws BatchPending.  All others are asked by `single`, also those that a
  // batch did not answer.
  // Throws ServerUnavailable if the server cannot be asked for batches now, PassStopped if it takes
  // none: the next attempt asks one by one.
  void Ask(const Next& next, const Take& take) override;

 private:
  struct Gathered {
    BatchBody body;
    std::vector<BatchQuestion> questions;
    std::string model;
    double usd = 0;  // set aside for them
  };

  void AskOrGather(const Next& next, const Take& take);
  std::optional<Question> NextSingle(const Next& next, const Take& take);
  bool Gather(const Question& question, const std::string& name);
  void Submit();
  void TakeSubmission(std::int64_t row, const HttpResponse& response);
  void Release();
  void Beat();

  Endpoint endpoint_;
  Prices single_prices_;
  Batches& batches_;
  std::unique_ptr<Model> single_;
  std::function<void()> idle_;
  BatchApi api_;
  bool wanted_ = false;
  std::unordered_set<std::string> asked_;  // names, in earlier batches
  Gathered gathered_;
  std::optional<Question> held_;  // there was no money for it yet
  bool submitted_ = false;
  std::chrono::steady_clock::time_point last_beat_;
};

}  // namespace soulprint
