// A worker: claims passes, runs the route for each, and publishes it or records why not
// (doc/architecture.md, "Processes").

#pragma once

#include <cstdint>

#include "pg/postgres.hpp"

namespace soulprint {

// What a worker does besides running passes.
enum class WorkerDuty {
  kPasses,   // nothing
  kLookUp,   // first looks up profiles that became pending without the trigger
  kProbe,    // first asks the model server a question of its own, to end a pause; without a pass:
             // only
  kAlert,    // only sends the alerts that wait
  kBatches,  // only looks after the batches that are out
};

// Starts a worker for the current database, as soulprint_worker: for this pass or, with 0, for one
// after the other until none is due.  This process's latch is set when the worker starts and exits.
// Needs an open transaction.  The caller must pfree the handle; nullptr if no background worker
// slot is free.  Throws Error 42704 if the role does not exist.
BackgroundWorkerHandle* StartWorker(std::int64_t pass, WorkerDuty duty);

}  // namespace soulprint
