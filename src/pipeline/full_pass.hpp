// The whole route: conversations ──► chunks ──► facts ──► memory ──► sections ──► soulprint_text.

#pragma once

#include <cstddef>
#include <string>

#include "pipeline/excerpt_groups.hpp"
#include "pipeline/memory_limits.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

// What the limit of cost lets the pass read (doc/behavior.md, "Limits of cost").
struct CostPlan {
  double limit_usd = 0;      // 0 = none
  double estimated_usd = 0;  // of the whole pass, with what it has cost by now
  double coverage = 1;       // the share of the chunks that it can read, 0 … 1, as estimated
  double min_coverage = 0;   // with less it is not worth its price
};

struct PassOptions {
  std::string model;              // the name of the language model
  double min_chunk_success = 0;   // share of the chunks that must be read, 0 … 1
  bool require_sections = false;  // false: a pass whose sections fail publishes MEMORY alone
  MemoryLimits memory;
  std::size_t question_characters = ReadPlan().question_characters;
  CostPlan cost;
};

// Runs the pass from the top.  With a CachingModel this also resumes it.  Throws
//   Error 08000 when too few chunks could be read, or the model gave no answer: worth another
//   attempt; SectionsFailed when the sections could not be made and are required: MEMORY is
//   published by then; Error 55000 when the user has neither notes nor a conversation with a
//   visible message;
// CostLimit, before anything is asked if that is foreseen, when the limit of cost lets it read too
// little; and the errors of store and model.  If the limit does not allow all, the richest
// conversations are read first.
void RunFullPass(Store& store, Model& model, const PassOptions& options);

}  // namespace soulprint
