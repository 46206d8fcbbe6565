// A response ──► what its request took (doc/messages_api.md, "Usage").

#pragma once

#include "llm/outcome.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// Of one request.  It is lost if it was sent, may be billed, and no response says how many tokens
// it took.
Usage UsageOf(const HttpResponse& response, const Classified& classified, Prices prices);

// Of one that is given up in flight.
Usage UsageOfGivenUp();

}  // namespace soulprint
