// Too many facts for one question ──► as many as fit (CONTRACT 6).

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/complete.hpp"
#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The facts as the MEMORY question carries them: {"facts":{…five categories…}}, each item an object
// of its category's fields and, where known, "said", the day on which the user said it last.
std::string FactsDocument(const std::vector<Fact>& facts);

// The size of that document.
std::size_t FactsTokens(const std::vector<Fact>& facts);

// Facts of at most max_tokens: the same if they fit, else merged by the model in at most 3 rounds
// of batches, then without the least supported and oldest.  progress->facts_left_out grows by the
// number of facts that nothing in the result stands for.
std::vector<Fact> ReduceFacts(std::vector<Fact> facts, std::size_t max_tokens, Model& model,
                              const Complete& complete, const MemoryLimits& limits,
                              Progress* progress);

}  // namespace soulprint
