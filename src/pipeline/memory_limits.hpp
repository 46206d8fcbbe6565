// The sizes of facts and MEMORY in tokens (doc/behavior.md, "Reduce and MEMORY").

#pragma once

#include <cstddef>

namespace soulprint {

struct MemoryLimits {
  std::size_t max_fact_tokens = 150000;  // of facts in the MEMORY question
  std::size_t changes_tokens = 50000;    // of facts in one question about changes
  std::size_t batch_tokens = 20000;      // of facts in one reduce question
  std::size_t max_tokens = 5000;         // of MEMORY that are kept
};

}  // namespace soulprint
