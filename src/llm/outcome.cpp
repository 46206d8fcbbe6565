// See outcome.hpp.

#include "llm/outcome.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "llm/words.hpp"
#include "util/format.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::chrono::seconds kLongestRetryAfter{120};
constexpr std::string_view kReload = "then reload the server's configuration.";

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
  if (completion.stop_reason == "max_tokens" || completion.stop_reason == "length") {
    classified.outcome = Outcome::kCutOff;
  } else if (completion.stop_reason == "refusal") {
    const std::string more = completion.refusal.empty() ? "" : ": " + Quoted(completion.refusal);
    classified = Ended(Outcome::kRefused, "the model refused" + more);
  } else if (completion.stop_reason == "model_context_window_exceeded") {
    classified = Ended(Outcome::kTooLong, "the question and its answer do not fit the model");
  } else if (completion.stop_reason == "pause_turn") {
    classified = Ended(Outcome::kFailed, "the model paused its turn instead of answering");
  }
  classified.model = std::move(completion.model);
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
  if (completion) return FromCompletion(std::move(*completion));
  Classified classified = Not(Disposition::kResend, NotReadable(response.Header("content-type")));
  classified.not_the_api = true;
  return classified;
}

Classified FromNoResponse(const HttpResponse& response) {
  if (response.end != HttpEnd::kMisconfigured) return Not(Disposition::kResend, response.error);
  return Not(
      Disposition::kPause, "the model server cannot be asked: " + response.error,
      "Correct soulprint.api_url, soulprint.ca_file or soulprint.proxy, " + std::string(kReload));
}

// "HTTP 400 invalid_request_error: max_tokens: Field required".
std::string Describe(int status, const ServerError& error) {
  std::string text = "HTTP " + std::to_string(status);
  if (!error.type.empty()) text += " " + error.type;
  if (!error.message.empty()) text += ": " + error.message;
  return Quoted(text);
}

// nullopt if other requests may fare better.
std::optional<Classified> PauseFor(int status, const ServerError& error, bool wants_bearer,
                                   std::optional<Meaning> meaning) {
  const std::string said = " (" + Describe(status, error) + ")";
  const auto pause = [&](const char* what, std::string_view hint) {
    return Not(Disposition::kPause, what + said, std::string(hint) + std::string(kReload));
  };
  if (status == 402 || meaning == Meaning::kNoMoney) {
    return pause("the account at the model server may not spend more",
                 "Add credit or raise the spend limit there, ");
  }
  if (status == 401 || meaning == Meaning::kBadKey) {
    return pause(
        "the model server does not accept the API key",
        wants_bearer
            ? "Put a valid key where soulprint.api_key_file or soulprint.vault_secret says, or "
              "set soulprint.api_key_header to authorization if it wants a Bearer token, "
            : "Put a valid key where soulprint.api_key_file or soulprint.vault_secret says, ");
  }
  if (status == 404 || meaning == Meaning::kUnknownModel) {
    return pause("the model server does not know the model or the address",
                 "Correct soulprint.model or soulprint.api_url, ");
  }
  if (status == 403) {
    return pause("the model server does not permit this API key to ask",
                 "Give the key access to the model, or use another key, ");
  }
  if (status == 407) {
    return pause("the proxy in front of the model server does not accept its user",
                 "Put user and password into soulprint.proxy, ");
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

// True of a redirect and of what is about a key, an account or a proxy.
bool IsAboutAll(int status) {
  return status < 400 || status == 401 || status == 402 || status == 407;
}

// Only such a status, or the API's own form, is about all questions for sure.
Classified InDoubt(int status, const ServerError& error, bool known, Classified pause) {
  if (error.own || IsAboutAll(status)) return pause;
  if (!known) return Blocked(status, error);
  pause.disposition = Disposition::kBlocked;
  return pause;
}

// nullptr if something else was refused than a parameter that can be left out.
Parameter RefusedParameter(std::optional<Meaning> meaning) {
  if (meaning == Meaning::kWithoutTemperature) return &NotTaken::temperature;
  if (meaning == Meaning::kWithoutFormat) return &NotTaken::format;
  return meaning == Meaning::kWithoutCache ? &NotTaken::cache : nullptr;
}

bool AsksForBearer(const HttpResponse& response, const ServerError& error) {
  return WantsBearer(error) || response.Header("www-authenticate").starts_with("Bearer");
}

Classified FromError(int status, const HttpResponse& response, std::string_view key) {
  ServerError error = ReadError(response.body);
  for (std::string* text : {&error.message, &error.type, &error.code}) {
    *text = WithoutKey(std::move(*text), key);
  }
  const std::optional<Meaning> meaning = MeaningOf(status, error);
  std::string reason = Describe(status, error);
  if (const Parameter parameter = RefusedParameter(meaning); parameter != nullptr) {
    Classified classified = Not(Disposition::kWithout, std::move(reason));
    classified.without = parameter;
    return classified;
  }
  if (std::optional<Classified> pause =
          PauseFor(status, error, AsksForBearer(response, error), meaning)) {
    return InDoubt(status, error, meaning.has_value(), std::move(*pause));
  }
  const std::string_view should_retry = response.Header("x-should-retry");
  if (status == 413 || meaning == Meaning::kTooLong) {
    return Ended(Outcome::kTooLong, std::move(reason));
  }
  const bool waits = status == 429 || status == 529 || meaning == Meaning::kBusy;
  const bool retries = status == 408 || status == 409 || status >= 500;
  if (should_retry == "false") return Ended(Outcome::kFailed, std::move(reason));
  if (waits) return Not(Disposition::kWait, std::move(reason));
  if (retries || should_retry == "true") return Not(Disposition::kRetry, std::move(reason));
  return Ended(Outcome::kFailed, std::move(reason));
}

// The status that a response means: some gateways send an error with 200.
int StatusOf(const HttpResponse& response) {
  const bool success = response.status >= 200 && response.status < 300;
  return success ? StatusOfError(response.body).value_or(response.status) : response.status;
}

}  // namespace

Classified Classify(const HttpResponse& response, std::string_view key,
                    std::chrono::system_clock::time_point now) {
  const int status = StatusOf(response);
  if (status < 200) return FromNoResponse(response);
  const bool success = status < 300;
  Classified classified = success ? FromSuccess(response) : FromError(status, response, key);
  classified.status = status;
  classified.request_id = Quoted(WithoutKey(std::string(response.Header("request-id")), key));
  classified.model = Quoted(WithoutKey(std::move(classified.model), key));
  classified.tokens = ReadTokens(response.body);
  if (!success) classified.retry_after = RetryAfter(response, now);
  return classified;
}

bool IsLongWait(const Classified& classified) {
  return classified.retry_after && *classified.retry_after > kLongestRetryAfter;
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
  return pause.status != 0 && (pause.status < 400 || !IsAboutAll(pause.status));
}

bool Answers(const Classified& probe) {
  switch (probe.disposition) {
    case Disposition::kPause:
    case Disposition::kBlocked:
    case Disposition::kWait:
    case Disposition::kRetry:
    case Disposition::kResend:
      return false;
    default:
      return true;
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

bool ActsAtOnce(const Error& error) {
  constexpr std::array<std::string_view, 3> kNothingIsSaved = {
      sqlstate::kInternalError, sqlstate::kUndefinedSchema, sqlstate::kUndefinedTable};
  const bool is_signal = dynamic_cast<const Canceled*>(&error) != nullptr ||
                         dynamic_cast<const PassLost*>(&error) != nullptr ||
                         dynamic_cast<const PassStopped*>(&error) != nullptr;
  return is_signal || std::find(kNothingIsSaved.begin(), kNothingIsSaved.end(), error.sqlstate()) !=
                          kNothingIsSaved.end();
}

}  // namespace soulprint
