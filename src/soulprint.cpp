// The module: Postgres calls _PG_init when it loads the library.

#include "pg/call.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "sql/server.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "worker/launcher.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// Runs in the postmaster when preloaded, else in the first process that calls a function of ours.
void Load() {
  if (!process_shared_preload_libraries_in_progress) settings::RefuseForeignValues();
  interrupts_hook = [] {
    if (InterruptPending) pg::CheckForInterrupts();
  };
  settings::Define();
  if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) return;
  shared_state::RequestSharedMemory();
  const std::vector<std::string>& databases = settings::Databases();
  for (std::size_t i = 0; i < databases.size(); ++i) {
    if (!IsTemplate(databases[i])) {
      RegisterLauncher(static_cast<int>(i), databases[i]);
      continue;
    }
    pg::Log(WARNING, Format("no launcher starts for database \"{}\"", databases[i]), {},
            "From a database to which a launcher is connected no database can be created. Set "
            "soulprint.database to other databases and restart the server.");
  }
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) { return pg::Enter(Load); }
}
