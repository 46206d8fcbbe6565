// All chunks of the user's conversations ──► their facts, many questions at a time (CONTRACT 5).

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct ChunkCounts {
  int done = 0;  // chunks that were read, or that the model refused
  int failed = 0;
  int facts = 0;
  int items_dropped = 0;  // items of answers that were no facts
};

struct ReadChunksResult {
  std::vector<Fact> facts;  // oldest chunk first, whatever order the answers came in
  ChunkCounts counts;
  std::string last_failure;  // why the last failed chunk failed, "" = none did
};

// Reads the conversations with these ids, oldest first, holding one of them and the chunks in
// flight.  Calls `count` with the counts so far after each answer that changes them.
ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const std::function<void(const ChunkCounts&)>& count);

}  // namespace soulprint
