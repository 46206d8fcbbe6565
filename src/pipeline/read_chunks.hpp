// All chunks of the user's conversations ──► their facts, many questions at a time
// (doc/behavior.md, "Facts").

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/excerpt_groups.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct ChunkCounts {
  int done = 0;  // chunks that were read, or that the model refused
  int failed = 0;
  std::string last_failure = {};  // why the last failed chunk failed, "" = none did
  int facts = 0;
  DroppedItems dropped{};
};

struct ReadChunksResult {
  std::vector<Fact> facts;  // oldest message first, whatever order the answers came in
  ChunkCounts counts;
};

// Reads the conversations with these ids, oldest first.  Holds one conversation and the chunks in
// flight in memory.  Calls `count` with the counts so far each time they change.  Chunks in which
// the user says nothing are done without a question.  Short chunks share a question; their content
// decides where a question ends, so that a conversation that is new or changed changes about one
// question.  After a CostLimit reads only what the limit allows, or what is remembered; the other
// chunks are neither done nor failed.
ReadChunksResult ReadChunks(const std::vector<std::string>& ids, Store& store, Model& model,
                            const std::function<void(const ChunkCounts&)>& count,
                            const ReadPlan& plan = {});

}  // namespace soulprint
