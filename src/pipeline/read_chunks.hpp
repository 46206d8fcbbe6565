// All chunks of the user's conversations ──► their facts, many questions at a time (CONTRACT 5).

#pragma once

#include <string>
#include <vector>

#include "pipeline/complete.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct ReadChunksResult {
  std::vector<Fact> facts;   // oldest chunk first, whatever order the answers came in
  std::string last_failure;  // why the chunk that failed last did, "" = none failed
};

// Reads the conversations with these ids, oldest first, holding one of them and the chunks in
// flight.  progress counts chunks_done (read, or refused by the model), chunks_failed, facts and
// items_dropped.
ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const Complete& complete, Progress* progress);

}  // namespace soulprint
