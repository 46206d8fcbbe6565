// A response ──► what its request took (doc/messages_api.md, "Usage").

#pragma once

#include <cstddef>

#include "llm/outcome.hpp"
#include "net/http_message.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// The most that one request with a body of so many bytes can cost, in USD.
double MostUsd(const Question& question, std::size_t body_bytes, const Prices& prices);

// The most that the questions after it can cost.
double LaterUsd(const Question& question, const Prices& prices);

// Of one request, which can cost `most`.  It is lost if it was sent, may be billed, and no response
// says how many tokens it took.
Usage UsageOf(const HttpResponse& response, const Classified& classified, const Prices& prices,
              double most);

// Of one that is given up in flight.
Usage UsageOfGivenUp(double most);

}  // namespace soulprint
