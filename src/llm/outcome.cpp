// See outcome.hpp.

#include "llm/outcome.hpp"

#include <utility>

#include "util/format.hpp"
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

Classified Ended(Outcome outcome, std::string reason = {}) {
  Classified classified;
  classified.outcome = outcome;
  classified.reason = std::move(reason);
  return classified;
}

Classified Not(Disposition disposition, std::string reason, std::string hint = {}) {
  Classified classified;
  classified.disposition = disposition;
  classified.reason = std::move(reason);
  classified.hint = std::move(hint);
  return classified;
}

Classified FromCompletion(Completion completion) {
  Classified classified = Ended(Outcome::kAnswered);
  classified.text = std::move(completion.text);
  if (completion.stop_reason == "max_tokens") {
    classified.outcome = Outcome::kCutOff;
  } else if (completion.stop_reason == "refusal") {
    const std::string more = completion.refusal.empty() ? "" : ": " + Quoted(completion.refusal);
    classified = Ended(Outcome::kRefused, "the model refused" + more);
  } else if (completion.stop_reason == "model_context_window_exceeded") {
    classified = Ended(Outcome::kTooLong, "the question and its answer do not fit the model");
  } else if (completion.stop_reason == "pause_turn") {
    classified = Ended(Outcome::kFailed, "the model paused its turn instead of answering");
  }
  return classified;
}

std::string NotReadable(std::string_view content_type) {
  std::string reason = "the response is not a readable message";
  if (!content_type.empty()) reason += " (" + Quoted(content_type.substr(0, 80)) + ")";
  return reason;
}

Classified FromSuccess(const HttpResponse& response) {
  if (response.end == HttpEnd::kTooLarge) {
    Classified classified =
        Not(Disposition::kResend, response.error + ", more than its max_tokens can explain");
    classified.not_the_api = true;
    return classified;
  }
  if (response.end != HttpEnd::kWhole) return Not(Disposition::kResend, response.error);
  std::optional<Completion> completion = ReadCompletion(response.body);
  Classified classified =
      completion ? FromCompletion(std::move(*completion))
                 : Not(Disposition::kResend, NotReadable(response.Header("content-type")));
  classified.not_the_api = !completion;
  classified.tokens = ReadTokens(response.body);
  return classified;
}

Classified FromNoResponse(const HttpResponse& response) {
  if (response.end != HttpEnd::kMisconfigured) return Not(Disposition::kResend, response.error);
  return Not(Disposition::kPause, "the model server cannot be asked: " + response.error,
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
std::optional<Classified> PauseFor(int status, const ServerError& error) {
  const std::string said = " (" + Describe(status, error) + ")";
  const auto pause = [&](const char* what, std::string_view hint) {
    return Not(Disposition::kPause, what + said, std::string(hint) + std::string(kReload));
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

Classified Blocked(int status, const ServerError& error) {
  return Not(
      Disposition::kBlocked,
      "not the Messages API but something in front of it answers (" + Describe(status, error) + ")",
      "Correct soulprint.api_url, or have what stands in front of the model server let "
      "requests through, " +
          std::string(kReload));
}

Classified FromError(const HttpResponse& response, std::string_view key) {
  const int status = response.status;
  ServerError error = ReadError(response.body);
  error.message = WithoutKey(std::move(error.message), key);
  error.type = WithoutKey(std::move(error.type), key);
  if (std::optional<Classified> pause = PauseFor(status, error)) {
    const bool certain = error.own || status < 400 || status == 401 || status == 402;
    return certain ? std::move(*pause) : Blocked(status, error);
  }

  std::string reason = Describe(status, error);
  if (IsTooLong(status, error)) return Ended(Outcome::kTooLong, std::move(reason));
  if (status == 400 && Contains(error.message, "temperature")) {
    return Not(Disposition::kWithoutTemperature, std::move(reason));
  }
  if (status == 400 && Contains(error.message, "output_config")) {
    return Not(Disposition::kWithoutFormat, std::move(reason));
  }
  const std::string_view should_retry = response.Header("x-should-retry");
  const bool waits = status == 429 || status == 529;
  const bool retries = status == 408 || status == 409 || status >= 500;
  if (should_retry == "false") return Ended(Outcome::kFailed, std::move(reason));
  if (waits) return Not(Disposition::kWait, std::move(reason));
  if (retries || should_retry == "true") return Not(Disposition::kRetry, std::move(reason));
  return Ended(Outcome::kFailed, std::move(reason));
}

}  // namespace

Classified Classify(const HttpResponse& response, std::string_view key,
                    std::chrono::system_clock::time_point now) {
  if (response.status < 200) return FromNoResponse(response);
  const bool success = response.status < 300;
  Classified classified = success ? FromSuccess(response) : FromError(response, key);
  classified.status = response.status;
  classified.request_id = Quoted(WithoutKey(std::string(response.Header("request-id")), key));
  if (!success) classified.retry_after = RetryAfter(response.Header("retry-after"), now);
  return classified;
}

bool IsLongWait(const Classified& classified) {
  return classified.retry_after && *classified.retry_after > kLongestWait;
}

ServerUnavailable PauseError(const Classified& classified) {
  if (IsLongWait(classified)) {
    return ServerUnavailable(Format("model server asked not to be contacted for {} s: {}",
                                    classified.retry_after->count(), classified.reason),
                             "No action is needed; requests resume automatically.",
                             *classified.retry_after);
  }
  switch (classified.disposition) {
    case Disposition::kWait:
      return ServerUnavailable(
          Format("the model server has been too busy for 30 minutes: {}", classified.reason),
          "Lower soulprint.max_workers or soulprint.max_concurrent_requests, or raise the limits "
          "there, " +
              std::string(kReload));
    case Disposition::kRetry:
    case Disposition::kResend:
      return classified.not_the_api
                 ? ServerUnavailable(Format("this is not the Messages API: {}", classified.reason),
                                     "Correct soulprint.api_url, " + std::string(kReload))
                 : ServerUnavailable(
                       Format("the model server does not answer: {}", classified.reason),
                       "Requests resume by themselves once it answers. If it does not, check it, "
                       "soulprint.api_url, soulprint.proxy and the network, " +
                           std::string(kReload));
    default:
      return ServerUnavailable(classified.reason, classified.hint);
  }
}

bool MayBeOneQuestions(const Classified& pause) {
  return pause.status != 0 && pause.status != 401 && pause.status != 402;
}

Reach ReachOf(const Classified& probe) {
  if (IsLongWait(probe)) return Reach::kPauses;
  switch (probe.disposition) {
    case Disposition::kPause:
    case Disposition::kBlocked:
    case Disposition::kWait:
      return Reach::kPauses;
    case Disposition::kRetry:
    case Disposition::kResend:
      return Reach::kUnknown;
    default:
      return Reach::kAnswers;
  }
}

Classified FailedAlone(const Classified& in_doubt) {
  if (in_doubt.disposition != Disposition::kBlocked) return in_doubt;
  // Without its words, which may be the question's.
  Classified classified = Ended(Outcome::kFailed,
                                "something in front of the model server refuses this "
                                "question (HTTP " +
                                    std::to_string(in_doubt.status) + ")");
  classified.request_id = in_doubt.request_id;
  return classified;
}

}  // namespace soulprint
