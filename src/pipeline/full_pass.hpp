// The whole route: conversations ──► chunks ──► facts ──► memory ──► sections ──► soulprint_text.

#pragma once

#include <cstddef>
#include <string>

#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/read_chunks.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

struct PassOptions {
  std::string model;              // the name of the language model
  double min_chunk_success = 0;   // share of the chunks that must be read, 0 … 1
  bool require_sections = false;  // false: a pass whose sections fail publishes MEMORY alone
  MemoryLimits memory;
  std::size_t question_characters = kQuestionCharacters;  // read_chunks.hpp
};

// Runs the pass from the top.  With a CachingModel this also resumes it.  Throws
//   Error 08000 when too few chunks could be read, or the model gave no answer: worth another
//   attempt; SectionsFailed when the sections could not be made and are required: MEMORY is
//   published by then; Error 55000 when the user has no conversation with a visible message;
// and the errors of store and model.
void RunFullPass(Store& store, Model& model, const PassOptions& options);

}  // namespace soulprint
