// The module: what Postgres finds when it loads the library.

#include "pg/call.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "util/interrupts.hpp"
#include "worker/launcher.hpp"

#include "pg/postgres.hpp"

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

// Runs in the postmaster when preloaded, else in the first process that calls a function of ours.
void _PG_init(void) {
  if (!process_shared_preload_libraries_in_progress) {
    soulprint::pg::Enter([] { soulprint::settings::RefuseForeignValues(); });
  }
  soulprint::interrupts_hook = [] {
    if (InterruptPending) soulprint::pg::CheckForInterrupts();
  };
  soulprint::settings::Define();
  if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) return;
  soulprint::wake::RequestSharedMemory();
  soulprint::RegisterLauncher();
}
}
