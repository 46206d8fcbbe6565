// A worker: takes passes, runs the route for each, publishes it or records why not (DESIGN 3 and
// 4).

#pragma once

#include <cstdint>

#include "pg/postgres.hpp"

namespace soulprint {

// What a worker does beside running passes.
enum class WorkerDuty {
  kPasses,  // nothing
  kLookUp,  // first looks up profiles that became pending without the trigger
  kProbe,   // first asks the model server a question of its own, to end a pause; for no pass: only
};

// Starts a worker for the present database, as soulprint_worker: for the pass `pass` only or, with
// 0, for one after the other until none is left.  This process's latch is set when the worker
// starts and ends. Needs an open transaction.  The handle is the caller's to pfree; nullptr if no
// background worker slot is free; throws Error 42704 if the role does not exist.
BackgroundWorkerHandle* StartWorker(std::int64_t pass, WorkerDuty duty);

}  // namespace soulprint
