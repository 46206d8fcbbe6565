// A question of MessagesModel between its fetch and its answer.

#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "llm/limiter.hpp"
#include "llm/messages.hpp"
#include "llm/outcome.hpp"
#include "llm/secret.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

// Of a request in flight.
struct Sent {
  Secret key;
  double most = 0;  // USD, set aside for it
};

struct OpenQuestion {
  Question question;
  bool in_flight = false;
  Sent sent;
  NotTaken not_taken;
  std::optional<Classified> in_doubt;  // set: a probe decides
  int failures = 0;                    // attempts that are charged to the question
  int resends = 0;                     // of these, without a whole response
  Limiter::Time started;
  Limiter::Time not_before;
  Usage usage;
  Load load{};  // of the attempt in flight
};

// By tag, so the oldest comes first.
using OpenQuestions = std::map<std::uint64_t, OpenQuestion>;

}  // namespace soulprint
