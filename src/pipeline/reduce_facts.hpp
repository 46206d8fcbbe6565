// Too many facts for one question ──► as many as fit (CONTRACT 6).

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The facts as the MEMORY question carries them: {"facts":{…five categories…}}, each item an object
// of its category's fields and, where known, "said", the day on which the user said it last.
std::string FactsDocument(const std::vector<Fact>& facts);

// The size of that document.
std::size_t FactsTokens(const std::vector<Fact>& facts);

struct ReducedFacts {
  std::vector<Fact> facts;
  int left_out = 0;  // facts given that nothing in the result stands for
};

// Facts of at most limits.max_fact_tokens: the same if they fit, else merged by the model in at
// most 3 rounds of batches, then without the least supported and oldest.  Throws Error 08000 when
// the model gave no answer.
ReducedFacts ReduceFacts(std::vector<Fact> facts, const MemoryLimits& limits, Model& model,
                         Store& store);

}  // namespace soulprint
