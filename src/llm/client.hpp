// A Model over the wire: a server that speaks the Messages API.
//
//   Endpoint endpoint{.api_url = "https://api.anthropic.com", .key = [] { return ReadKeyFile(); }};
//   MessagesModel wire(endpoint, [&] { /* latch, interrupts */ remembered.SaveIfDue(); });
//
// A probe is a request of our own, one word and one token of answer: nobody's words, charged to
// nobody.  It tells what a refusal means that did not come from the Messages API but from something
// in front of it (403, 404).  If the API answers the probe, whatever it says, the refusal was meant
// for that question, which ends with kFailed; if the probe is refused as well, everything is.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "llm/throttle.hpp"
#include "net/http.hpp"
#include "pipeline/model.hpp"
#include "util/error.hpp"

namespace soulprint {

struct Endpoint {
  std::string api_url;  // without /v1/messages
  // Read before every attempt and never kept longer.  "" = no key is sent.
  std::function<std::string()> key;
  // Told at once of the Error 57P03 that Ask will throw when everything open has been answered, and
  // for how long the server wants to be left alone (0 = it does not say).
  std::function<void(const Error&, std::chrono::seconds)> pause;
  HttpSettings http;
  int concurrency = 10;      // requests in flight
  int request_attempts = 5;  // for each question, where the server could not answer
  double input_price = 0;    // USD for a million tokens
  double output_price = 0;
  double delay_scale = 1;  // multiplies every wait between requests; less than 1 only in tests
};

class MessagesModel : public Model {
 public:
  // `idle` is called at least every 100 ms while requests are in flight or waited for.
  MessagesModel(Endpoint endpoint, std::function<void()> idle);

  // Fetches a question only when it may be sent, so at most `concurrency` are open at a time; only
  // one at first, until it is answered or a second has passed.
  // Throws Error, after what is in flight has been answered and the rest taken as kGivenUp,
  //   57P03 when asking makes no sense until something is changed, or for longer than two minutes:
  //         the message says why, the hint what to do,
  //   08000 when the server has had too much to do to answer anything for half an hour.
  // What the key's callback throws, and next, take and idle, comes through in the same way; but
  // what is no Error, and one after which no answer is wanted or can be kept (02000, 3F000, 42P01,
  // 57014, 57P01, XX000) out of these three, at once: everything in flight is given up.
  void Ask(const Next& next, const Take& take) override;

  // Probes, with one request; `model` is the name to ask for.  kPauses where Ask would throw 57P03,
  // after the endpoint's callback has been told.  What the key's callback and idle throw else comes
  // through at once.
  Reach Probe(const std::string& model);

  // Nothing: another try is asked for as any other question.
  void Refuse(const Question& question) override;

 private:
  friend class Asking;

  void TellPause(const Error& error, std::chrono::seconds at_least);
  HttpRequest Request(const Question& question, const NotTaken& not_taken,
                      const std::string& key) const;

  Endpoint endpoint_;
  std::function<void()> idle_;
  HttpPool pool_;
  Throttle throttle_;
  std::map<std::string, NotTaken> not_taken_;  // by model
};

}  // namespace soulprint
