// A worker: claims passes, runs the route for each, and publishes it or records why not
// (doc/architecture.md, "Processes").

#pragma once

#include <cstddef>
#include <cstdint>

#include "pipeline/full_pass.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

// What a worker does besides running passes.
enum class WorkerDuty {
  kPasses,  // nothing
  kLookUp,  // first looks up profiles that became pending without the trigger
  kProbe,   // first asks the model server a question of its own, to end a pause; without a pass:
            // only
  kAlert,   // only sends the alerts that wait
};

// A background worker of this library, shown as `type` in pg_stat_activity, that connects to a
// database and runs `function`.  Never restarted unless the caller sets that.
BackgroundWorker DescribeProcess(const char* type, const char* function);

// Starts it with a copy of `size` bytes at `task` as its MyBgworkerEntry->bgw_extra, at most
// BGW_EXTRALEN.  This process's latch is set when it starts and exits.  The handle is allocated in
// `memory`; nullptr if no background worker slot is free.
BackgroundWorkerHandle* StartProcess(const char* type, const char* function, const void* task,
                                     std::size_t size, MemoryContext memory);

// Makes this process one of soulprint's: its signals, its connection as `role`, its session.
void BecomeProcess(const char* type, Oid database, Oid role);

// How passes are run, as the settings say now.
PassOptions OptionsFromSettings();

// Starts a worker for the current database, as soulprint_worker: for this pass or, with 0, for one
// after the other until none is due.  This process's latch is set when the worker starts and exits.
// Needs an open transaction.  The caller must pfree the handle; nullptr if no background worker
// slot is free.  Throws Error 42704 if the role does not exist.
BackgroundWorkerHandle* StartWorker(std::int64_t pass, WorkerDuty duty);

}  // namespace soulprint
