// Merged facts ──► MEMORY markdown (CONTRACT 6).

#pragma once

#include <string>
#include <vector>

#include "pipeline/complete.hpp"
#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// MEMORY for these facts.  Reduces them first if there are too many, asks for the text up to three
// times and assembles it by rule when no answer can be kept: never fails for want of a good answer.
// progress->facts_left_out counts what did not fit.
std::string FactsToMemory(const std::vector<Fact>& facts, Model& model, const Complete& complete,
                          const MemoryLimits& limits, Progress* progress);

}  // namespace soulprint
