// A response ──► what its request took (doc/messages_api.md, "Usage").

#pragma once

#include <cstddef>

#include "llm/limiter.hpp"
#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// The most that one request with a body of so many bytes can cost, in USD.  `for_an_hour`: as of
// RequestBody.
double MostUsd(const Question& question, std::size_t body_bytes, const Prices& prices,
               bool for_an_hour = false);

// The most that the questions after it can cost.
double LaterUsd(const Question& question, const Prices& prices);

// Of one request, which can cost `most`.  It is lost if it was sent, may be billed, and no response
// says how many tokens it took.
Usage UsageOf(const HttpResponse& response, const Classified& classified, const Prices& prices,
              double most);

// Of one that is given up in flight.
Usage UsageOfGivenUp(double most);

// The input tokens that a question is expected to take of the server's limits: one for four bytes,
// without the wording, which the server mostly reads from its cache.
double InputTokens(const Question& question);

// What a request that was expected to take `load` has taken of the server's limits; `load` if no
// response says.
Load LoadOf(const Tokens& tokens, const Load& load);

}  // namespace soulprint
