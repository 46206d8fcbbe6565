// See outcome.hpp.

#include "llm/outcome.hpp"

#include <utility>

#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::seconds kLongestWait{120};
constexpr std::string_view kReload = "then reload the server's configuration.";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string WithoutKey(std::string text, std::string_view key) {
  if (key.empty()) return text;
  for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos;) {
    text.replace(at, key.size(), "***");
  }
  return text;
}

Judged Ended(Outcome outcome, std::string reason = {}) {
  Judged judged;
  judged.outcome = outcome;
  judged.reason = std::move(reason);
  return judged;
}

Judged Not(Verdict verdict, std::string reason, std::string hint = {}) {
  Judged judged;
  judged.verdict = verdict;
  judged.reason = std::move(reason);
  judged.hint = std::move(hint);
  return judged;
}

Judged FromCompletion(Completion completion) {
  Judged judged = Ended(Outcome::kAnswered);
  judged.text = std::move(completion.text);
  if (completion.stop_reason == "max_tokens") {
    judged.outcome = Outcome::kCutOff;
  } else if (completion.stop_reason == "refusal") {
    const std::string more = completion.refusal.empty() ? "" : ": " + Quoted(completion.refusal);
    judged = Ended(Outcome::kRefused, "the model refused" + more);
  } else if (completion.stop_reason == "model_context_window_exceeded") {
    judged = Ended(Outcome::kTooLong, "the question and its answer do not fit the model");
  } else if (completion.stop_reason == "pause_turn") {
    judged = Ended(Outcome::kFailed, "the model paused its turn instead of answering");
  }
  return judged;
}

Judged FromSuccess(const HttpResponse& response) {
  if (response.end == HttpEnd::kTooLarge) {
    return Not(Verdict::kResend, response.error + ", more than its max_tokens can explain");
  }
  if (response.end != HttpEnd::kWhole) return Not(Verdict::kResend, response.error);
  std::optional<Completion> completion = ReadCompletion(response.body);
  Judged judged = completion ? FromCompletion(std::move(*completion))
                             : Not(Verdict::kResend, "the response is not a readable message");
  judged.tokens = ReadTokens(response.body);
  return judged;
}

Judged FromNoResponse(const HttpResponse& response) {
  if (response.end != HttpEnd::kMisconfigured) return Not(Verdict::kResend, response.error);
  return Not(Verdict::kPause, "the model server cannot be asked: " + response.error,
             "Correct soulprint.api_url or soulprint.ca_file, " + std::string(kReload));
}

// "HTTP 400 invalid_request_error: max_tokens: Field required".
std::string Describe(int status, const ServerError& error) {
  std::string text = "HTTP " + std::to_string(status);
  if (!error.type.empty()) text += " " + error.type;
  if (!error.message.empty()) text += ": " + error.message;
  return Quoted(text);
}

bool IsSpendLimit(const ServerError& error) {
  return error.code == "enforced_spend_limit_reached" ||
         error.code == "contract_spend_limit_reached" ||
         Contains(error.message, "credit balance is too low") ||
         Contains(error.message, "specified API usage limits") ||
         Contains(error.message, "workspace API usage limits");
}

bool IsTooLong(int status, const ServerError& error) {
  return status == 413 || (status == 400 && (Contains(error.message, "prompt is too long") ||
                                             Contains(error.message, "exceed context limit")));
}

// nullopt if other requests may fare better.
std::optional<Judged> PauseFor(int status, const ServerError& error) {
  const std::string said = " (" + Describe(status, error) + ")";
  const auto pause = [&](const char* what, std::string_view hint) {
    return Not(Verdict::kPause, what + said, std::string(hint) + std::string(kReload));
  };
  if (status == 402 || ((status == 400 || status == 429) && IsSpendLimit(error))) {
    return pause("the account at the model server may not spend more",
                 "Add credit or raise the spend limit there, ");
  }
  switch (status) {
    case 401:
      return pause("the model server does not accept the API key",
                   "Put a valid key into the file that soulprint.api_key_file names, ");
    case 403:
      return pause("the model server does not permit this API key to ask",
                   "Give the key access to the model, or use another key, ");
    case 404:
      return pause("the model server does not know the model or the address",
                   "Correct soulprint.model or soulprint.api_url, ");
    default:
      break;
  }
  if (status >= 400) return std::nullopt;
  return pause("the model server answers with a redirect, which is not followed",
               "Put the address it redirects to into soulprint.api_url, ");
}

Judged Blocked(int status, const ServerError& error) {
  return Not(
      Verdict::kBlocked,
      "not the Messages API but something in front of it answers (" + Describe(status, error) + ")",
      "Correct soulprint.api_url, or have what stands in front of the model server let "
      "requests through, " +
          std::string(kReload));
}

Judged FromError(const HttpResponse& response, std::string_view key) {
  const int status = response.status;
  ServerError error = ReadError(response.body);
  error.message = WithoutKey(std::move(error.message), key);
  error.type = WithoutKey(std::move(error.type), key);
  if (std::optional<Judged> pause = PauseFor(status, error)) {
    const bool certain = error.own || status < 400 || status == 401 || status == 402;
    return certain ? std::move(*pause) : Blocked(status, error);
  }

  std::string reason = Describe(status, error);
  if (IsTooLong(status, error)) return Ended(Outcome::kTooLong, std::move(reason));
  if (status == 400 && Contains(error.message, "temperature")) {
    return Not(Verdict::kWithoutTemperature, std::move(reason));
  }
  if (status == 400 && Contains(error.message, "output_config")) {
    return Not(Verdict::kWithoutFormat, std::move(reason));
  }
  const std::string_view should_retry = response.Header("x-should-retry");
  const bool waits = status == 429 || status == 529;
  const bool retries = status == 408 || status == 409 || status >= 500;
  if (should_retry == "false") return Ended(Outcome::kFailed, std::move(reason));
  if (waits) return Not(Verdict::kWait, std::move(reason));
  if (retries || should_retry == "true") return Not(Verdict::kRetry, std::move(reason));
  return Ended(Outcome::kFailed, std::move(reason));
}

}  // namespace

Judged Judge(const HttpResponse& response, std::string_view key,
             std::chrono::system_clock::time_point now) {
  if (response.status < 200) return FromNoResponse(response);
  const bool success = response.status < 300;
  Judged judged = success ? FromSuccess(response) : FromError(response, key);
  judged.status = response.status;
  judged.request_id = Quoted(WithoutKey(std::string(response.Header("request-id")), key));
  if (!success) judged.retry_after = RetryAfter(response.Header("retry-after"), now);
  return judged;
}

Error PauseError(const Judged& judged) {
  return Error(sqlstate::kCannotConnectNow, judged.reason, "", judged.hint);
}

bool IsLongWait(const Judged& judged) {
  return judged.retry_after && *judged.retry_after > kLongestWait;
}

Error LongWaitError(const Judged& judged) {
  return Error(sqlstate::kCannotConnectNow,
               "the model server wants to be left alone for some time (" + judged.reason + ")", "",
               "Nothing need be done; it is asked again when that time is over.");
}

Reach ReachOf(const Judged& probe) {
  switch (probe.verdict) {
    case Verdict::kPause:
    case Verdict::kBlocked:
      return Reach::kPauses;
    case Verdict::kRetry:
    case Verdict::kResend:
      return Reach::kUnknown;
    default:
      return Reach::kAnswers;
  }
}

Judged RefusedAlone(const Judged& blocked) {
  // Without its words, which may be the question's.
  Judged judged = Ended(Outcome::kFailed,
                        "something in front of the model server refuses this "
                        "question (HTTP " +
                            std::to_string(blocked.status) + ")");
  judged.request_id = blocked.request_id;
  return judged;
}

}  // namespace soulprint
