// A question is open from when it is fetched until its answer is taken: in flight, or waiting for
// its next attempt.  Nothing is fetched while `concurrency` questions are open, so an outage does
// not fetch all questions.

#include "llm/client.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "llm/limiter.hpp"
#include "llm/open_question.hpp"
#include "llm/outcome.hpp"
#include "llm/secret.hpp"
#include "llm/statistics.hpp"
#include "llm/usage.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMaxSends = 3;  // if each may have been billed
constexpr milliseconds kTick{100};
constexpr std::uint64_t kProbe = 0;  // a tag; questions count from 1

}  // namespace

// One call of Ask.
class AskLoop {
 public:
  AskLoop(MessagesModel& model, const Model::Next& next, const Model::Take& take)
      : model_(model), throttle_(model.throttle_), next_(next), take_(take) {
    throttle_.Begin(Clock::now());
  }
  AskLoop(const AskLoop&) = delete;
  AskLoop& operator=(const AskLoop&) = delete;
  ~AskLoop() {
    model_.pool_.Cancel();
    throttle_.End();
  }

  void Run() {
    try {
      AskAll();
    } catch (...) {
      CountGivenUp();
      throw;
    }
    if (ending_) std::rethrow_exception(ending_);
  }

 private:
  void AskAll() {
    for (Fill(); !IsOver(); Fill()) {
      LookWhileWaiting();
      none_for_now_ = false;
      const auto idle = [&] { Guarded([&] { model_.idle_(); }); };
      for (HttpResponse& response : model_.pool_.Wait(TimeToWait(), idle)) {
        Receive(response);
        Fill();
      }
    }
  }

  // A wait may be long, and settings and pauses end it.
  void LookWhileWaiting() {
    Secret unused;
    if (in_flight_ == 0 && throttle_.not_before() > Clock::now()) WithKey(&unused, [] {});
  }

  void CountGivenUp() const {
    const auto give_up = [&](const Question& question, double most, Clock::time_point started) {
      model_.CountEnded(question, RequestEnd::kGivenUp, UsageOfGivenUp(most), most, started);
    };
    for (const auto& [id, open] : open_) {
      if (open.in_flight) give_up(open.question, open.sent.most, open.started);
    }
    if (probing_) give_up(probe_, probe_sent_.most, probe_started_);
  }

  bool IsOver() const { return open_.empty() && (none_for_now_ || ending_); }

  // An Error waits for the requests in flight: they are paid for.
  template <typename Body>
  void Guarded(const Body& body) {
    try {
      body();
    } catch (const Error& error) {
      if (ActsAtOnce(error)) throw;
      End(std::current_exception(), error.what());
    }
  }

  // Starts all requests that may start; only a probe while a question is in doubt.
  void Fill() {
    short_of_money_ = false;
    while (!ending_ && !short_of_money_ && throttle_.Allows(in_flight_, Clock::now())) {
      if (AnyInDoubt()) {
        if (probing_ || !StartProbe()) break;
        continue;
      }
      const OpenQuestions::iterator due = FirstDue();
      if (due != open_.end()) {
        if (!Start(due)) break;
      } else if (!Fetch()) {
        break;
      }
    }
    if (ending_) GiveUpWaiting();
  }

  // Questions that wait for another attempt get none.
  void GiveUpWaiting() {
    for (auto entry = open_.begin(); entry != open_.end();) {
      const auto waiting = entry++;
      if (waiting->second.in_flight) continue;
      Classified classified;
      classified.outcome = Outcome::kGivenUp;
      classified.reason = why_ending_;
      Close(waiting, std::move(classified));
    }
  }

  // While the server may be away the oldest question alone finds out.
  OpenQuestions::iterator FirstDue() {
    const Clock::time_point now = Clock::now();
    const bool alone = throttle_.IsAlone(now);
    const auto due = std::find_if(open_.begin(), open_.end(), [&](const auto& entry) {
      return !entry.second.in_flight && (alone || entry.second.not_before <= now);
    });
    return due != open_.end() && due->second.not_before > now ? open_.end() : due;
  }

  // False if no more questions can be opened for now.
  bool Fetch() {
    const int concurrency = throttle_.IsAlone(Clock::now()) ? 1 : model_.endpoint_.concurrency;
    const auto most = static_cast<std::size_t>(std::max(concurrency, 1));
    if (none_for_now_ || open_.size() >= most) return false;
    std::optional<Question> question;
    Guarded([&] { question = next_(); });
    none_for_now_ = !question;
    if (!question) return false;
    open_[++last_id_].question = std::move(*question);
    return true;
  }

  bool AnyInDoubt() const {
    return std::any_of(open_.begin(), open_.end(),
                       [](const auto& entry) { return entry.second.in_doubt.has_value(); });
  }

  // False if it must wait for its turn.
  bool Start(OpenQuestions::iterator entry) {
    OpenQuestion& open = entry->second;
    const std::optional<Load> load = throttle_.Start(InputTokens(open.question), Clock::now());
    if (!load) return Wait();
    open.load = *load;
    open.not_taken = model_.not_taken_[open.question.model];
    open.in_flight = Send(entry->first, open.question, open.not_taken, &open.sent);
    open.started = Clock::now();
    if (!open.in_flight) throttle_.Ended(open.load, {}, {}, open.started);
    return true;
  }

  bool StartProbe() {
    const Question& asked = open_.begin()->second.question;
    probe_ = ProbeQuestion(asked.step, asked.model);
    probing_ = Send(kProbe, probe_, model_.not_taken_[probe_.model], &probe_sent_);
    probe_started_ = Clock::now();
    return probing_;
  }

  // Reads the key, which also tells whether requests may be sent.  False if not, which ends asking;
  // or if `body` throws.
  template <typename Body>
  bool WithKey(Secret* key, const Body& body) {
    try {
      if (model_.endpoint_.key) key->Set(model_.endpoint_.key());
      body();
      return true;
    } catch (const ServerUnavailable& error) {
      EndForPause(error);
    } catch (const Error& error) {
      End(std::current_exception(), error.what());
    }
    return false;
  }

  // False if there is no money for it now, or if asking ends: the key could not be read, or there
  // will be no money.
  bool Send(std::uint64_t tag, const Question& question, const NotTaken& not_taken, Sent* sent) {
    HttpRequest request;
    const Endpoint& endpoint = model_.endpoint_;
    const auto pay = [&] {
      request = model_.Request(question, not_taken, sent->key.text());
      sent->most = MostUsd(question, request.body.size(), endpoint.prices);
      short_of_money_ = endpoint.payer != nullptr &&
                        !endpoint.payer->Reserve(sent->most, LaterUsd(question, endpoint.prices));
    };
    if (!WithKey(&sent->key, pay) || short_of_money_) {
      sent->key.Set({});
      return false;
    }
    request.tag = tag;
    model_.pool_.Start(std::move(request));
    ++in_flight_;
    const Clock::time_point now = Clock::now();
    model_.CountStarted(question, now - std::exchange(waits_since_, std::nullopt).value_or(now));
    return true;
  }

  // The server's limits let no request through.
  bool Wait() {
    if (!waits_since_) waits_since_ = Clock::now();
    return false;
  }

  milliseconds TimeToWait() const {
    const Clock::time_point now = Clock::now();
    Clock::time_point until = now + kTick;
    if (throttle_.not_before() > now) until = std::min(until, throttle_.not_before());
    for (const auto& [id, open] : open_) {
      if (open.in_flight) continue;
      const Clock::time_point due = std::max(open.not_before, throttle_.not_before());
      // Overdue questions wait for a free slot, not for a time.
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
    Sent& sent = open.sent;
    Classified classified = Classify(response, sent.key.text(), std::chrono::system_clock::now());
    sent.key.Set({});
    throttle_.Ended(open.load, LoadOf(classified.tokens, open.load), ReadLimits(response),
                    Clock::now());
    Usage usage = UsageOf(response, classified, model_.endpoint_.prices, sent.most);
    usage.retries = open.usage.requests > 0 ? 1 : 0;
    open.usage.Add(usage);
    model_.CountEnded(open.question, RequestEndOf(classified), usage, sent.most, open.started);
    model_.NoteModel(classified.model);
    Decide(entry, std::move(classified));
  }

  // All questions in doubt wait for the same probe.
  void ReceiveProbe(const HttpResponse& response) {
    probing_ = false;
    --in_flight_;
    const Classified probe =
        Classify(response, probe_sent_.key.text(), std::chrono::system_clock::now());
    probe_sent_.key.Set({});
    const double most = probe_sent_.most;
    model_.CountEnded(probe_, RequestEndOf(probe),
                      UsageOf(response, probe, model_.endpoint_.prices, most), most,
                      probe_started_);
    const bool busy = probe.disposition == Disposition::kWait;
    if (busy) {
      WaitTogether(probe_started_, probe);
    } else if (!Answers(probe)) {
      return EndForPause(PauseError(probe));
    } else {
      throttle_.Answered();
    }
    for (auto next = open_.begin(); next != open_.end();) {
      const auto entry = next++;
      std::optional<Classified>& in_doubt = entry->second.in_doubt;
      // A server that is busy lets requests through, but does not answer them.
      if (!in_doubt || (busy && in_doubt->disposition != Disposition::kBlocked)) continue;
      Classified classified = *std::exchange(in_doubt, std::nullopt);
      // A limit of the minute, in the words of one of the month: it passes.
      const bool passes = classified.status == 429 || classified.status == 503;
      if (passes && classified.disposition == Disposition::kBlocked) {
        classified.disposition = Disposition::kRetry;
        TryAgain(entry, std::move(classified));
      } else {
        Close(entry, FailedAlone(classified));
      }
    }
  }

  void Decide(OpenQuestions::iterator entry, Classified classified) {
    OpenQuestion& open = entry->second;
    NotTaken& known = model_.not_taken_[open.question.model];
    switch (classified.disposition) {
      case Disposition::kDone:
        throttle_.Answered();
        return Close(entry, std::move(classified));
      case Disposition::kPause:
        return EndForPause(PauseError(classified), MayBeOneQuestions(classified));
      case Disposition::kBlocked:
        open.in_doubt = std::move(classified);
        return;
      case Disposition::kRetry:
      case Disposition::kResend:
        return TryAgain(entry, std::move(classified));
      case Disposition::kWait:
        return WaitTogether(open.started, classified);
      case Disposition::kWithout:
        known.*classified.without = true;
        if (!(open.not_taken.*classified.without)) return;
        break;
    }
    Close(entry, std::move(classified));
  }

  void TryAgain(OpenQuestions::iterator entry, Classified classified) {
    OpenQuestion& open = entry->second;
    throttle_.Failed();
    ++open.failures;
    if (classified.disposition == Disposition::kResend) ++open.resends;
    if (open.failures >= model_.endpoint_.max_request_attempts || open.resends >= kMaxSends) {
      classified.outcome = Outcome::kUnanswered;
      classified.reason = "no answer in " + std::to_string(open.failures) +
                          " attempts, the last: " + classified.reason;
      open.in_doubt = std::move(classified);
      return;
    }
    if (IsLongWait(classified)) return EndForPause(PauseError(classified), true);
    open.not_before = Clock::now() + throttle_.WaitAfter(open.failures, classified.retry_after);
  }

  void WaitTogether(Clock::time_point started, const Classified& classified) {
    const Clock::time_point now = Clock::now();
    throttle_.Overloaded(started, classified.retry_after, classified.status == 429, now);
    Wait();
    if (IsLongWait(classified)) return EndForPause(PauseError(classified));
    // Perhaps this question alone is too large for the limit.
    if (throttle_.IsHopeless(now)) EndForPause(PauseError(classified), true);
  }

  // No further requests.  The first reason counts.
  void End(const std::exception_ptr& error, const char* why) {
    if (ending_) return;
    ending_ = error;
    why_ending_ = why;
  }

  void EndForPause(const ServerUnavailable& error, bool doubtful = false) {
    if (!ending_) model_.TellPause(error, doubtful);
    End(std::make_exception_ptr(error), error.what());
  }

  void Close(OpenQuestions::iterator entry, Classified classified) {
    const auto node = open_.extract(entry);
    const OpenQuestion& open = node.mapped();
    none_for_now_ = false;
    if (!classified.reason.empty() && !classified.request_id.empty()) {
      classified.reason += ", request " + classified.request_id;
    }
    const Answer answer{classified.outcome, std::move(classified.text),
                        std::move(classified.reason), std::move(classified.request_id), open.usage};
    Guarded([&] { take_(open.question, answer); });
  }

  MessagesModel& model_;
  Throttle& throttle_;
  const Model::Next& next_;
  const Model::Take& take_;
  OpenQuestions open_;
  std::uint64_t last_id_ = 0;
  std::size_t in_flight_ = 0;
  bool probing_ = false;  // a probe is in flight
  Question probe_;
  Sent probe_sent_;
  Clock::time_point probe_started_;
  std::optional<Clock::time_point> waits_since_;  // for the server's limits
  bool short_of_money_ = false;                   // until an answer, or the next look
  bool none_for_now_ = false;                     // until an answer, or the next look
  std::exception_ptr ending_;
  std::string why_ending_;
};

MessagesModel::MessagesModel(Endpoint endpoint, std::function<void()> idle)
    : endpoint_(std::move(endpoint)),
      idle_(std::move(idle)),
      pool_(endpoint_.http),
      throttle_(endpoint_.concurrency, endpoint_.delay_scale, endpoint_.limiter) {}

void MessagesModel::Ask(const Next& next, const Take& take) { AskLoop(*this, next, take).Run(); }

}  // namespace soulprint
