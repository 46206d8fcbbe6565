// A Model over the wire: a server that speaks the Messages API.
//
//   Endpoint endpoint{.api_url = "https://api.anthropic.com", .key = [] { return ReadKeyFile(); }};
//   MessagesModel wire(endpoint, [&] { /* latch, interrupts */ });
//
// A probe is a request of our own: one word, one token of answer, no user's data, an attempt of no
// question.  It is sent when a question has used up its requests without an answer, and after a
// refusal that may be meant for that question alone (kBlocked).  If the API answers the probe, the
// question alone has failed.  If not, requests are paused.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "llm/limiter.hpp"
#include "llm/messages.hpp"
#include "llm/statistics.hpp"
#include "llm/throttle.hpp"
#include "net/http.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"
#include "pipeline/payer.hpp"
#include "util/error.hpp"

namespace soulprint {

struct Endpoint {
  std::string api_url;  // without /v1/messages
  // Called before every attempt; the key is not kept longer.  "" = no key is sent.
  std::function<std::string()> key;
  bool bearer = false;  // the key goes into "authorization: Bearer" instead of x-api-key
  // Called at once with the error that Ask will throw after the open questions are answered.
  // `doubtful`: the refusal may be meant for one question alone, and no probe has told.
  std::function<void(const ServerUnavailable&, bool doubtful)> pause;
  Payer* payer = nullptr;       // outlives the model; nullptr: nobody counts
  SharedStatistics statistics;  // empty: nobody counts
  // Called once, when an answer names another model than the one before it did.
  std::function<void(const std::string& before, const std::string& now)> model_changed;
  HttpSettings http;
  int concurrency = 10;          // requests in flight
  int max_request_attempts = 5;  // per question
  Prices prices;
  SharedLimiter limiter;   // without `with` the model has one of its own
  double delay_scale = 1;  // multiplies every wait between requests; less than 1 only in tests
};

class MessagesModel : public Model {
 public:
  // `idle` is called at least every 100 ms while requests are in flight or waited for.
  MessagesModel(Endpoint endpoint, std::function<void()> idle);

  // Fetches a question only when it may be sent, so at most `concurrency` are open at a time: one
  // until the first answer, or for three seconds; none between a failure and the next answer.
  // Throws, after the requests in flight were answered and the other questions taken as kGivenUp,
  //   ServerUnavailable if requests are useless: until somebody changes something, for longer than
  //   two minutes, while the server answers not even a probe, or after 30 minutes of overload.
  // Errors of the key's callback, next, take and idle come through in the same way.  These, from
  // next, take and idle, come through at once and give up all requests in flight: Canceled,
  // PassLost, PassStopped, Errors 3F000, 42P01 and XX000, and exceptions that are no Error.
  void Ask(const Next& next, const Take& take) override;

  // Sends one probe to this model.  False, after calling the endpoint's `pause`, unless the API
  // answers.  Other errors of the key's callback, and those of idle, come through at once.
  bool Probe(const std::string& model);

 private:
  friend class AskLoop;

  using Time = Limiter::Time;

  // A request is sent for which the pass has waited `limited`.
  void CountStarted(const Question& question, Limiter::Duration limited) const;
  // It has ended.  `most`: what was set aside for it, in USD.
  void CountEnded(const Question& question, RequestEnd end, const Usage& usage, double most,
                  Time started) const;
  void NoteModel(const std::string& answered) {
    if (answered_as_.empty()) answered_as_ = answered;
    if (answered.empty() || answered == answered_as_ || !endpoint_.model_changed) return;
    std::exchange(endpoint_.model_changed, nullptr)(answered_as_, answered);
  }
  void TellPause(const ServerUnavailable& error, bool doubtful = false) const;
  HttpRequest Request(const Question& question, const NotTaken& not_taken,
                      const std::string& key) const;

  Endpoint endpoint_;
  std::function<void()> idle_;
  HttpPool pool_;
  Throttle throttle_;
  std::map<std::string, NotTaken> not_taken_;  // by model
  std::string answered_as_;                    // the model that the first answer names
};

}  // namespace soulprint
