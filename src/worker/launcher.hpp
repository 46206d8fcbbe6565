// The launcher: the process of a database that waits for requested passes and starts workers
// (doc/architecture.md, "Processes").

#pragma once

#include <string>

namespace soulprint {

// Registers the launcher of a database, which has this place in the shared memory, with the
// postmaster.  For _PG_init while preloading.
void RegisterLauncher(int place, const std::string& database);

}  // namespace soulprint
