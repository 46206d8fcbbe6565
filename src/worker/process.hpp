// Background processes of this library, how they start and begin (doc/architecture.md,
// "Processes").

#pragma once

#include <cstddef>

#include "pg/postgres.hpp"

namespace soulprint {

// A background worker of this library, shown as `type` in pg_stat_activity, that connects to a
// database and runs `function`.  Never restarted unless the caller sets that.
BackgroundWorker DescribeProcess(const char* type, const char* function);

// Starts it for this process's database, with the place of that as its argument, and with a copy of
// `size` bytes at `task` as its MyBgworkerEntry->bgw_extra, at most BGW_EXTRALEN.  This process's
// latch is set when it starts and exits.  The handle is allocated in `memory`; nullptr if no
// background worker slot is free.
BackgroundWorkerHandle* StartProcess(const char* type, const char* function, const void* task,
                                     std::size_t size, MemoryContext memory);

// Makes this process, with that argument, one of soulprint's: its signals, its connection as
// `role`, its session.
void BecomeProcess(const char* type, Datum place, Oid database, Oid role);

}  // namespace soulprint
