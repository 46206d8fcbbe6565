#include "llm/batch_model.hpp"

#include <utility>

#include "llm/fence.hpp"
#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "llm/usage.hpp"
#include "net/http_message.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

using Clock = std::chrono::steady_clock;

// The API takes 256 MB and 100,000 requests; this much is held in memory.
constexpr std::size_t kMostBytes = std::size_t{32} << 20;
constexpr std::size_t kMostRequests = 100'000;
constexpr std::chrono::milliseconds kBeat{100};

ServerUnavailable NotNow(const Classified& classified) {
  return {Format("the model server takes no batch now: {}", classified.reason),
          "The pass is retried automatically.",
          classified.retry_after.value_or(std::chrono::seconds(0))};
}

}  // namespace

BatchModel::BatchModel(Endpoint endpoint, Batches& batches, std::unique_ptr<Model> single,
                       std::function<void()> idle)
    : endpoint_(std::move(endpoint)),
      single_prices_(endpoint_.prices),
      batches_(batches),
      single_(std::move(single)),
      idle_(std::move(idle)),
      api_(endpoint_, idle_) {
  endpoint_.prices = BatchPrices(single_prices_);
}

void BatchModel::Ask(const Next& next, const Take& take) {
  wanted_ = batches_.Wanted();
  if (wanted_) asked_ = batches_.Asked();
  held_.reset();
  submitted_ = false;
  try {
    AskOrGather(next, take);
  } catch (...) {
    Release();
    throw;
  }
  if (submitted_) throw BatchPending(batches_.Waiting());
}

void BatchModel::AskOrGather(const Next& next, const Take& take) {
  try {
    single_->Ask([&] { return NextSingle(next, take); }, take);
  } catch (const CostLimit&) {
    // The answers that are waited for cost less than is set aside for them.
    if (!submitted_) throw;
  }
  Submit();
}

std::optional<Question> BatchModel::NextSingle(const Next& next, const Take& take) {
  while (std::optional<Question> question = held_ ? std::exchange(held_, std::nullopt) : next()) {
    if (!question->may_wait || !wanted_) return question;
    Beat();
    const std::string name = batches_.NameOf(*question);
    if (asked_.contains(name)) return question;
    if (!Gather(*question, name)) {
      held_ = std::move(question);
      return std::nullopt;
    }
    Answer none;
    none.outcome = Outcome::kGivenUp;
    take(*question, none);
  }
  return std::nullopt;
}

// False if there is no money for it before a request in flight has ended.
bool BatchModel::Gather(const Question& question, const std::string& name) {
  const std::string params = RequestBody(question, {}, NewNonce(), true);
  const double most = MostUsd(question, params.size(), endpoint_.prices, true);
  const double later = LaterUsd(question, single_prices_);
  if (gathered_.body.size() + params.size() > kMostBytes ||
      gathered_.questions.size() >= kMostRequests) {
    Submit();
  }
  if (!endpoint_.payer->Reserve(most, later)) return false;
  gathered_.body.Add(name, params);
  gathered_.questions.push_back({name, question.conversation_ids});
  gathered_.model = question.model;
  gathered_.usd += most;
  return true;
}

void BatchModel::Submit() {
  if (gathered_.questions.empty()) return;
  HttpRequest request = api_.Request("");
  const std::int64_t row = batches_.Begin(gathered_.model, gathered_.questions, gathered_.usd);
  request.body = gathered_.body.Take();
  gathered_ = {};
  TakeSubmission(row, api_.Post(std::move(request)));
}

void BatchModel::TakeSubmission(std::int64_t row, const HttpResponse& response) {
  if (response.end == HttpEnd::kWhole && response.status == 200) {
    const std::optional<BatchStatus> batch = ReadBatch(response.body);
    if (batch) batches_.Submitted(row, batch->id);
    submitted_ = true;
    return;
  }
  const Classified classified = api_.Meaning(response);
  switch (classified.disposition) {
    case Disposition::kPause:
      if (response.status == 404) break;
      batches_.Drop(row);
      if (endpoint_.pause) endpoint_.pause(PauseError(classified), false);
      throw PauseError(classified);
    case Disposition::kWait:
      batches_.Drop(row);
      throw NotNow(classified);
    case Disposition::kRetry:
    case Disposition::kResend:
      if (response.status == 501) break;
      // The server may have taken it: a look at its batches will tell.
      submitted_ = submitted_ || response.sent;
      if (response.sent) return;
      batches_.Drop(row);
      throw NotNow(classified);
    default:
      break;
  }
  batches_.Refused(row, classified.reason);
  throw PassStopped(Format("the model server takes no batches: {}", classified.reason),
                    "Its questions are asked one by one.");
}

void BatchModel::Release() {
  if (!gathered_.questions.empty()) batches_.Release(gathered_.questions.size(), gathered_.usd);
  gathered_ = {};
}

void BatchModel::Beat() {
  const Clock::time_point now = Clock::now();
  if (now - last_beat_ < kBeat) return;
  last_beat_ = now;
  idle_();
}

}  // namespace soulprint
