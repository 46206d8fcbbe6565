// A response ──► what its request took (doc/messages_api.md, "Usage").

#pragma once

#include "llm/limiter.hpp"
#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// Of one request.  It is lost if it was sent and no response says how many tokens it took.
Usage UsageOf(const HttpResponse& response, const Classified& classified, Prices prices);

// Of one that is given up in flight.
Usage UsageOfGivenUp();

// The input tokens that a question is expected to take of the server's limits: one for four bytes,
// without the wording, which the server mostly reads from its cache.
double InputTokens(const Question& question);

// What a request that was expected to take `load` has taken of the server's limits; `load` if no
// response says.
Load LoadOf(const Tokens& tokens, const Load& load);

}  // namespace soulprint
