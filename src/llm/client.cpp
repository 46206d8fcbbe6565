// See client.hpp.  A question is open from when it is fetched until its answer is taken; it is in
// flight, or waits for its next attempt.  Nothing is fetched while `concurrency` questions are
// open, so that an outage does not pull in everything there is to ask.

#include "llm/client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "llm/fence.hpp"
#include "llm/outcome.hpp"
#include "llm/secret.hpp"
#include "net/secret_file.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMaxSends = 3;  // where each may have been billed
constexpr milliseconds kTick{100};
constexpr std::uint64_t kProbe = 0;  // a tag; questions count from 1

struct OpenQuestion {
  Question question;
  bool in_flight = false;
  Secret key;  // of the attempt in flight
  NotTaken not_taken;
  std::optional<Judged> blocked;  // set: a probe decides
  int failures = 0;               // attempts that are charged to the question
  int resends = 0;                // of these, without a whole response
  Clock::time_point started;
  Clock::time_point not_before;
  Usage usage;
};

std::string MessagesUrl(std::string api_url) {
  while (api_url.ends_with('/')) api_url.pop_back();
  return api_url + "/v1/messages";
}

std::vector<std::string> Headers(const std::string& key) {
  std::vector<std::string> headers = {"content-type: application/json",
                                      "anthropic-version: 2023-06-01", "user-agent: soulprint"};
  if (key.empty()) return headers;
  headers.push_back(SecretLine("x-api-key: ", key));
  return headers;
}

void Add(const Tokens& tokens, const Endpoint& endpoint, Usage* usage) {
  constexpr double kMillion = 1e6;
  constexpr double kWritten = 1.25;  // times the input price
  constexpr double kRead = 0.1;
  const std::int64_t input = tokens.input + tokens.cache_written + tokens.cache_read;
  const double charged = tokens.input + kWritten * tokens.cache_written + kRead * tokens.cache_read;
  usage->input_tokens += input;
  usage->output_tokens += tokens.output;
  usage->cost_usd +=
      (charged * endpoint.input_price + tokens.output * endpoint.output_price) / kMillion;
}

// A request that is nobody's, as small as can be.
Question ProbeQuestion(const std::string& model) {
  Question question;
  question.material = "Hello";
  question.model = model;
  question.max_tokens = 1;
  return question;
}

// What is not to wait for an answer, or after which none can be kept: the pass is no longer this
// process's, or the tables are gone.
bool ActsAtOnce(const Error& error) {
  constexpr std::array<std::string_view, 6> kAtOnce = {
      sqlstate::kQueryCanceled, sqlstate::kAdminShutdown,   sqlstate::kNoData,
      sqlstate::kInternalError, sqlstate::kUndefinedSchema, sqlstate::kUndefinedTable};
  return std::find(kAtOnce.begin(), kAtOnce.end(), error.sqlstate()) != kAtOnce.end();
}

}  // namespace

// One call of Ask.
class Asking {
 public:
  Asking(MessagesModel& model, const Model::Next& next, const Model::Take& take)
      : model_(model), throttle_(model.throttle_), next_(next), take_(take) {
    throttle_.Begin(Clock::now());
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() { model_.pool_.Cancel(); }

  void Run() {
    for (Fill(); !IsOver(); Fill()) {
      none_for_now_ = false;
      const auto idle = [&] { Guarded([&] { model_.idle_(); }); };
      for (HttpResponse& response : model_.pool_.Wait(TimeToWait(), idle)) {
        Receive(response);
        Fill();
      }
    }
    if (ending_) throw *ending_;
  }

 private:
  using Open = std::map<std::uint64_t, OpenQuestion>;

  bool IsOver() const { return open_.empty() && (none_for_now_ || ending_); }

  // What is in flight is paid for: an Error waits for it.
  template <typename Body>
  void Guarded(const Body& body) {
    try {
      body();
    } catch (const Error& error) {
      if (ActsAtOnce(error)) throw;
      if (!ending_) ending_ = error;
    }
  }

  // Starts what may start: nothing but a probe while something is blocked.
  void Fill() {
    while (!ending_ && throttle_.Allows(in_flight_, Clock::now())) {
      if (AnyBlocked()) {
        if (probing_ || !StartProbe()) break;
        continue;
      }
      const Open::iterator due = FirstDue();
      if (due != open_.end()) {
        Start(due);
      } else if (!Fetch()) {
        break;
      }
    }
    if (ending_) GiveUpWaiting();
  }

  // What waits for another attempt gets none.
  void GiveUpWaiting() {
    for (auto entry = open_.begin(); entry != open_.end();) {
      const auto waiting = entry++;
      if (waiting->second.in_flight) continue;
      Judged judged;
      judged.outcome = Outcome::kGivenUp;
      judged.reason = ending_->what();
      Close(waiting, std::move(judged));
    }
  }

  Open::iterator FirstDue() {
    const Clock::time_point now = Clock::now();
    return std::find_if(open_.begin(), open_.end(), [&](const auto& entry) {
      return !entry.second.in_flight && entry.second.not_before <= now;
    });
  }

  // False if no more questions can be opened for now.
  bool Fetch() {
    const auto most = static_cast<std::size_t>(std::max(model_.endpoint_.concurrency, 1));
    if (none_for_now_ || open_.size() >= most) return false;
    std::optional<Question> question;
    Guarded([&] { question = next_(); });
    none_for_now_ = !question;
    if (!question) return false;
    open_[++last_id_].question = std::move(*question);
    return true;
  }

  bool AnyBlocked() const {
    return std::any_of(open_.begin(), open_.end(),
                       [](const auto& entry) { return entry.second.blocked.has_value(); });
  }

  void Start(Open::iterator entry) {
    OpenQuestion& open = entry->second;
    open.not_taken = model_.not_taken_[open.question.model];
    open.in_flight = Send(entry->first, open.question, open.not_taken, &open.key);
    open.started = Clock::now();
  }

  bool StartProbe() {
    const std::string& model = open_.begin()->second.question.model;
    probing_ = Send(kProbe, ProbeQuestion(model), model_.not_taken_[model], &probe_key_);
    probe_started_ = Clock::now();
    return probing_;
  }

  // False if there is no key to send it with, which ends asking.
  bool Send(std::uint64_t tag, const Question& question, const NotTaken& not_taken, Secret* key) {
    HttpRequest request;
    try {
      if (model_.endpoint_.key) key->Set(model_.endpoint_.key());
      request = model_.Request(question, not_taken, key->text());
    } catch (const Error& error) {
      End(error);
      return false;
    }
    request.tag = tag;
    model_.pool_.Start(std::move(request));
    ++in_flight_;
    return true;
  }

  milliseconds TimeToWait() const {
    const Clock::time_point now = Clock::now();
    Clock::time_point until = now + kTick;
    if (throttle_.not_before() > now) until = std::min(until, throttle_.not_before());
    for (const auto& [id, open] : open_) {
      if (open.in_flight) continue;
      const Clock::time_point due = std::max(open.not_before, throttle_.not_before());
      // What is due already waits for room, which a response makes.
      if (due > now) until = std::min(until, due);
    }
    return std::chrono::ceil<milliseconds>(until - now);
  }

  void Receive(const HttpResponse& response) {
    if (response.tag == kProbe) return ReceiveProbe(response);
    const auto entry = open_.find(response.tag);
    OpenQuestion& open = entry->second;
    open.in_flight = false;
    --in_flight_;
    Judged judged = Judge(response, open.key.text(), std::chrono::system_clock::now());
    open.key.Set({});
    Add(judged.tokens, model_.endpoint_, &open.usage);
    Decide(entry, std::move(judged));
  }

  // All that is blocked shares the probe's lot.
  void ReceiveProbe(const HttpResponse& response) {
    probing_ = false;
    --in_flight_;
    const Judged probe = Judge(response, probe_key_.text(), std::chrono::system_clock::now());
    probe_key_.Set({});
    const Reach reach = ReachOf(probe);
    if (reach == Reach::kPauses) return EndForPause(probe);
    if (probe.verdict == Verdict::kWait) WaitTogether(probe_started_, probe);
    for (auto next = open_.begin(); next != open_.end();) {
      const auto entry = next++;
      if (!entry->second.blocked) continue;
      Judged judged = *std::exchange(entry->second.blocked, std::nullopt);
      if (reach == Reach::kAnswers) {
        Close(entry, RefusedAlone(judged));
      } else {
        judged.verdict = Verdict::kRetry;
        TryAgain(entry, std::move(judged));
      }
    }
  }

  void Decide(Open::iterator entry, Judged judged) {
    OpenQuestion& open = entry->second;
    NotTaken& known = model_.not_taken_[open.question.model];
    switch (judged.verdict) {
      case Verdict::kDone:
        throttle_.Answered(Clock::now());
        return Close(entry, std::move(judged));
      case Verdict::kPause:
        return EndForPause(judged);
      case Verdict::kBlocked:
        open.blocked = std::move(judged);
        return;
      case Verdict::kRetry:
      case Verdict::kResend:
        return TryAgain(entry, std::move(judged));
      case Verdict::kWait:
        return WaitTogether(open.started, judged);
      case Verdict::kWithoutTemperature:
        known.temperature = true;
        if (!open.not_taken.temperature) return;
        break;
      case Verdict::kWithoutFormat:
        known.format = true;
        if (!open.not_taken.format) return;
        break;
    }
    Close(entry, std::move(judged));
  }

  void TryAgain(Open::iterator entry, Judged judged) {
    OpenQuestion& open = entry->second;
    ++open.failures;
    if (judged.verdict == Verdict::kResend) ++open.resends;
    if (open.failures >= model_.endpoint_.request_attempts || open.resends >= kMaxSends) {
      judged.outcome = Outcome::kUnanswered;
      judged.reason =
          "no answer in " + std::to_string(open.failures) + " attempts, the last: " + judged.reason;
      return Close(entry, std::move(judged));
    }
    if (IsLongWait(judged)) return EndForLongWait(judged);
    open.not_before = Clock::now() + throttle_.WaitAfter(open.failures, judged.retry_after);
  }

  void WaitTogether(Clock::time_point started, const Judged& judged) {
    if (IsLongWait(judged)) return EndForLongWait(judged);
    const Clock::time_point now = Clock::now();
    throttle_.Overloaded(started, judged.retry_after, now);
    if (!throttle_.IsHopeless(now)) return;
    End(Error(sqlstate::kConnectionException,
              "the model server has had too much to do to answer for half an hour (" +
                  judged.reason + ")",
              "", "The next attempt asks only for what is missing."));
  }

  void EndForLongWait(const Judged& judged) { End(LongWaitError(judged), *judged.retry_after); }
  void EndForPause(const Judged& judged) { End(PauseError(judged)); }

  // No further requests.  The first reason counts.
  void End(const Error& error, std::chrono::seconds at_least = {}) {
    if (ending_) return;
    ending_ = error;
    if (error.sqlstate() == sqlstate::kCannotConnectNow) model_.TellPause(error, at_least);
  }

  void Close(Open::iterator entry, Judged judged) {
    const auto node = open_.extract(entry);
    const OpenQuestion& open = node.mapped();
    none_for_now_ = false;
    if (!judged.reason.empty() && !judged.request_id.empty()) {
      judged.reason += ", request " + judged.request_id;
    }
    const Answer answer{judged.outcome, std::move(judged.text), std::move(judged.reason),
                        std::move(judged.request_id), open.usage};
    Guarded([&] { take_(open.question, answer); });
  }

  MessagesModel& model_;
  Throttle& throttle_;
  const Model::Next& next_;
  const Model::Take& take_;
  Open open_;
  std::uint64_t last_id_ = 0;
  std::size_t in_flight_ = 0;
  bool probing_ = false;  // a probe is in flight
  Secret probe_key_;
  Clock::time_point probe_started_;
  bool none_for_now_ = false;  // until an answer, or the next look
  std::optional<Error> ending_;
};

MessagesModel::MessagesModel(Endpoint endpoint, std::function<void()> idle)
    : endpoint_(std::move(endpoint)),
      idle_(std::move(idle)),
      pool_(endpoint_.http),
      throttle_(endpoint_.concurrency, endpoint_.delay_scale) {}

void MessagesModel::Ask(const Next& next, const Take& take) { Asking(*this, next, take).Run(); }

Reach MessagesModel::Probe(const std::string& model) {
  Secret key;
  try {
    if (endpoint_.key) key.Set(endpoint_.key());
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kCannotConnectNow) throw;
    TellPause(error, {});
    return Reach::kPauses;
  }
  pool_.Start(Request(ProbeQuestion(model), {}, key.text()));
  std::vector<HttpResponse> responses;
  while (responses.empty()) responses = pool_.Wait(kTick, idle_);
  const Judged judged = Judge(responses.front(), key.text(), std::chrono::system_clock::now());
  const Reach reach = ReachOf(judged);
  if (reach == Reach::kPauses) {
    TellPause(PauseError(judged), {});
  } else if (IsLongWait(judged)) {
    TellPause(LongWaitError(judged), *judged.retry_after);
    return Reach::kPauses;
  }
  return reach;
}

void MessagesModel::TellPause(const Error& error, std::chrono::seconds at_least) {
  if (endpoint_.pause) endpoint_.pause(error, at_least);
}

void MessagesModel::Refuse(const Question&) {}

HttpRequest MessagesModel::Request(const Question& question, const NotTaken& not_taken,
                                   const std::string& key) const {
  HttpRequest request;
  request.url = MessagesUrl(endpoint_.api_url);
  request.headers = Headers(key);
  request.body = RequestBody(question, not_taken, NewNonce());
  request.max_body = LargestResponse(question);
  return request;
}

}  // namespace soulprint
