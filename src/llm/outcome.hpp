// What a response means for the question that was asked (CONTRACT 10).

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "llm/messages.hpp"
#include "net/http.hpp"
#include "pipeline/model.hpp"
#include "util/error.hpp"

namespace soulprint {

enum class Verdict {
  kDone,    // `outcome` is how the question ended: answered, cut off, refused, too long or failed
  kRetry,   // the server could not: once more, up to request_attempts in all
  kResend,  // no whole response came, and it may have been billed: once more, up to 3 in all
  kWait,    // too much is asked of the server: later, and charged to nobody
  kPause,   // nobody need ask anything until something is changed
  // Something in front of the server refuses, or says what would pause: this question alone or
  // everything, which a probe (client) tells.  `reason` and `hint` are those of a pause.
  kBlocked,
  kWithoutTemperature,  // the same at once without temperature
  kWithoutFormat,       // the same at once without output_config.format
};

struct Judged {
  int status = 0;
  Verdict verdict = Verdict::kDone;
  Outcome outcome = Outcome::kFailed;
  std::string text;        // the answer
  std::string reason;      // why there is no answer, for people, on one line; "" with an answer
  std::string hint;        // of a pause: what to do, as a sentence
  std::string request_id;  // of the response, "" if it has none
  std::optional<std::chrono::seconds> retry_after;
  Tokens tokens;
};

// Decides by status first; the body only refines.  A 401, a 402 and a redirect pause whatever their
// body is; a 403, a 404 and a spend limit do if the body is the API's own error, {"type":"error",
// "error":{"type":"…_error", …}}, and are kBlocked if it is anything else.  `key` is taken out of
// what the server says.
Judged Judge(const HttpResponse& response, std::string_view key,
             std::chrono::system_clock::time_point now);

// The Error 57P03 of what pauses.
Error PauseError(const Judged& judged);

// Whether the server wants to be left alone for longer than one waits, and the Error 57P03 for it.
bool IsLongWait(const Judged& judged);
Error LongWaitError(const Judged& judged);

// What the response to a probe says about everybody's questions.
enum class Reach {
  kAnswers,  // the API answers: also with 400, 429 or 529
  kPauses,   // it pauses everybody
  kUnknown,  // no answer, or not from the API
};

Reach ReachOf(const Judged& probe);

// How a question ends whose refusal was kBlocked, when the API answers a probe.
Judged RefusedAlone(const Judged& blocked);

}  // namespace soulprint
