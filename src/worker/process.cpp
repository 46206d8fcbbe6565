#include "worker/process.hpp"

#include <cstdio>
#include <cstring>

#include "pg/call.hpp"
#include "pg/process.hpp"
#include "shared_state.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

BackgroundWorker DescribeProcess(const char* type, const char* function) {
  BackgroundWorker process{};
  snprintf(process.bgw_name, BGW_MAXLEN, "%s", type);
  snprintf(process.bgw_type, BGW_MAXLEN, "%s", type);
  snprintf(process.bgw_library_name, sizeof(process.bgw_library_name), "soulprint");
  snprintf(process.bgw_function_name, BGW_MAXLEN, "%s", function);
  process.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  process.bgw_start_time = BgWorkerStart_RecoveryFinished;
  process.bgw_restart_time = BGW_NEVER_RESTART;
  return process;
}

BackgroundWorkerHandle* StartProcess(const char* type, const char* function, const void* task,
                                     std::size_t size, MemoryContext memory) {
  const int place = shared_state::Place();
  return pg::Call([&] {
    BackgroundWorker process = DescribeProcess(type, function);
    process.bgw_notify_pid = MyProcPid;
    process.bgw_main_arg = Int32GetDatum(place);
    memcpy(process.bgw_extra, task, size);
    BackgroundWorkerHandle* handle = nullptr;
    MemoryContext const caller = MemoryContextSwitchTo(memory);
    const bool registered = RegisterDynamicBackgroundWorker(&process, &handle);
    MemoryContextSwitchTo(caller);
    return registered ? handle : nullptr;
  });
}

void BecomeProcess(const char* type, Datum place, Oid database, Oid role) {
  pg::InstallSignalHandlers();
  shared_state::UsePlace(DatumGetInt32(place));
  pg::Call([&] { BackgroundWorkerInitializeConnectionByOid(database, role, 0); });
  pg::SetUpSession(type, WorkerSearchPath());
  PinAppSchema();
}

}  // namespace soulprint
