// Too many facts for one question ──► as many as fit (doc/behavior.md, "Reduce and MEMORY").

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The size of FactsDocument (facts_document.hpp), estimated from the items.
std::size_t FactsTokens(const std::vector<Fact>& facts);

struct ReducedFacts {
  std::vector<Fact> facts;
  int left_out = 0;  // facts given that nothing in the result stands for
};

// Facts of at most limits.max_fact_tokens.  If the given ones are more, the model merges them in at
// most 3 rounds of batches; then the least important, least supported and oldest are left out.
// Throws Error 08000 when the model gave no answer.
ReducedFacts ReduceFacts(std::vector<Fact> facts, const MemoryLimits& limits, Model& model,
                         Store& store);

}  // namespace soulprint
