// Merged facts ──► MEMORY markdown (doc/behavior.md, "Reduce and MEMORY").

#pragma once

#include <string>
#include <vector>

#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct Memory {
  std::string memory_md;
  int facts_left_out = 0;  // too many for the question
};

// MEMORY for these facts.  Reduces them first if there are too many, asks for the text up to three
// times, and assembles it by rule when no answer can be used.  Throws Error 08000 when the model
// gave no answer.
Memory FactsToMemory(std::vector<Fact> facts, const MemoryLimits& limits, Model& model,
                     Store& store);

}  // namespace soulprint
