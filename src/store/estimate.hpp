// What a full pass of a user would take, from stored rows (doc/behavior.md, "Estimate").

#pragma once

#include <cstdint>
#include <string>

#include "pipeline/estimate.hpp"
#include "pipeline/model.hpp"

namespace soulprint {

struct StoredEstimate {
  std::int64_t conversations = 0;
  double chunks = 0;
  std::int64_t remembered = 0;  // answers that need not be asked for
  Outlook outlook;
  PassEstimate pass;
};

// Reads a sample of at most 300 conversations as soulprint_worker, so that the time does not grow
// with the history.  `concurrency`: requests in flight; `batch`: questions about facts go into
// batches.  Needs an open transaction.
StoredEstimate EstimateStored(const std::string& user_id, const std::string& model, Prices prices,
                              int concurrency, bool batch);

}  // namespace soulprint
