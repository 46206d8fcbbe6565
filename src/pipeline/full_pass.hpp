// The whole route: conversations ──► chunks ──► facts ──► memory ──► sections ──► soulprint_text.

#pragma once

#include <cstddef>
#include <string>

#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

struct PassOptions {
  std::string model;              // the name questions are asked under
  double min_chunk_success = 0;   // share of the chunks that must be read, 0 … 1
  bool require_sections = false;  // false: a pass whose sections fail publishes MEMORY alone
  MemoryLimits memory;
};

// Runs the pass from the top; with remembered replies that is also how it is resumed.  `model` is a
// CachingModel in production.  Throws Error
//   08000 when too few chunks could be read (nothing but the chunks was written; worth another
//   attempt), 38000 when v2 failed and is required (MEMORY is published by then), 55000 when the
//   user has no conversation with a visible message, and whatever store and model throw.
void RunFullPass(Store& store, Model& model, const PassOptions& options);

}  // namespace soulprint
