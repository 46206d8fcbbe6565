// A request of MessagesModel, and the probe that no question waits for.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "llm/client.hpp"
#include "llm/fence.hpp"
#include "llm/limiter.hpp"
#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "llm/secret.hpp"
#include "llm/statistics.hpp"
#include "llm/usage.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"
#include "util/error.hpp"

namespace soulprint {

using std::chrono::microseconds;

bool MessagesModel::Probe(const std::string& model) {
  Secret key;
  try {
    if (endpoint_.key) key.Set(endpoint_.key());
  } catch (const ServerUnavailable& error) {
    TellPause(error);
    return false;
  }
  const Question probe = ProbeQuestion(Step::kFacts, model);
  const Time started = std::chrono::steady_clock::now();
  CountStarted(probe, {});
  pool_.Start(Request(probe, {}, key.text()));
  std::vector<HttpResponse> responses;
  try {
    while (responses.empty()) responses = pool_.Wait(std::chrono::milliseconds(100), idle_);
  } catch (...) {
    CountEnded(probe, RequestEnd::kGivenUp, UsageOfGivenUp(0), 0, started);
    throw;
  }
  const Classified classified =
      Classify(responses.front(), key.text(), std::chrono::system_clock::now());
  CountEnded(probe, RequestEndOf(classified),
             UsageOf(responses.front(), classified, endpoint_.prices, 0), 0, started);
  const bool answers = Answers(classified);
  if (!answers) TellPause(PauseError(classified));
  return answers;
}

void MessagesModel::CountStarted(const Question& question, Limiter::Duration limited) const {
  if (!endpoint_.statistics) return;
  endpoint_.statistics([&](Statistics& statistics) {
    statistics.Started(question.model, std::chrono::duration_cast<microseconds>(limited));
  });
}

void MessagesModel::CountEnded(const Question& question, RequestEnd end, const Usage& usage,
                               double most, Time started) const {
  if (endpoint_.payer != nullptr) endpoint_.payer->Pay(question, usage, most);
  if (!endpoint_.statistics) return;
  const auto latency = std::chrono::steady_clock::now() - started;
  endpoint_.statistics([&](Statistics& statistics) {
    statistics.Ended(question.model, end, usage, std::chrono::duration_cast<microseconds>(latency));
  });
}

void MessagesModel::TellPause(const ServerUnavailable& error, bool doubtful) const {
  if (endpoint_.pause) endpoint_.pause(error, doubtful);
}

HttpRequest MessagesModel::Request(const Question& question, const NotTaken& not_taken,
                                   const std::string& key) const {
  HttpRequest request;
  request.url = MessagesUrl(endpoint_.api_url);
  request.headers = RequestHeaders(key, endpoint_.bearer);
  request.body = RequestBody(question, not_taken, NewNonce());
  request.max_body = LargestResponse(question);
  return request;
}

}  // namespace soulprint
