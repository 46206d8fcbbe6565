// What a response means for its question (doc/behavior.md, "Asking the model").

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "llm/messages.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"
#include "util/error.hpp"

namespace soulprint {

enum class Disposition {
  kDone,    // `outcome` is how the question ended: answered, cut off, refused, too long or failed
  kRetry,   // the server could not answer: retry, up to max_request_attempts in all
  kResend,  // no whole response came, and it may have been billed: retry, up to 3 in all
  kWait,    // the server is overloaded: retry later, uncharged
  kPause,   // all requests are useless until somebody changes something
  // This question is refused, or all.  A probe tells which (client.hpp).  `reason` and `hint` are
  // those of a pause.
  kBlocked,
  kWithout,  // resend at once without `without`
};

struct Classified {
  int status = 0;
  Disposition disposition = Disposition::kDone;
  Parameter without = nullptr;  // kWithout: what the server does not take
  Outcome outcome = Outcome::kFailed;
  std::string text;        // the answer
  std::string model;       // that answered, as the server says, "" = not said
  std::string reason;      // why there is no answer, on one line; "" with an answer
  std::string hint;        // kPause, kBlocked: what to do, as a sentence
  std::string request_id;  // of the response, "" if it has none
  std::optional<std::chrono::seconds> retry_after;
  bool not_the_api =
      false;  // kResend: the response of status 200 is no message, or too large for one
  Tokens tokens;
};

// The status decides first; the body only refines.  A 401, a 402, a 407 and a redirect pause with
// any body. A 403, a 404 and a spend limit pause if the body is the API's own error,
// {"type":"error", "error":{"type":"…_error", …}}; otherwise they are kBlocked.  `key` is removed
// from texts that the server sent.
Classified Classify(const HttpResponse& response, std::string_view key,
                    std::chrono::system_clock::time_point now);

// True if the server asked not to be contacted for longer than 120 s.
bool IsLongWait(const Classified& classified);

// The error that pauses all requests after this response to a question or a probe.
ServerUnavailable PauseError(const Classified& classified);

// True if a kPause may be meant for this question alone: it is not about the key, the account or
// the proxy.
bool MayBeOneQuestions(const Classified& pause);

// True if the API answered a probe, also with 400.  False if all requests pause: it was refused,
// put off (429, 529, a long wait) or got no answer.
bool Answers(const Classified& probe);

// How a question ends that was blocked, or has used up its requests, if the API answers a probe.
Classified FailedAlone(const Classified& in_doubt);

// True if an error of asking must not wait for answers, or if no answer could be saved after it:
// the tables are gone.
bool ActsAtOnce(const Error& error);

}  // namespace soulprint
