// All chunks of the user's conversations ──► their facts, many questions at a time
// (doc/behavior.md, "Facts").

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

// Reads the conversations with these ids, oldest first.  Holds one conversation and the chunks in
// flight in memory.  Calls `count` with the counts so far each time they change.
ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const std::function<void(const ChunkCounts&)>& count);

}  // namespace soulprint
