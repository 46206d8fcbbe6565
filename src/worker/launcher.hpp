// The launcher: one process that waits for requested passes and starts workers
// (doc/architecture.md, "Processes").

#pragma once

namespace soulprint {

// Registers the launcher with the postmaster.  For _PG_init while preloading.
void RegisterLauncher();

}  // namespace soulprint
