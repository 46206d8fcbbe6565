// The launcher: waits for requested passes and starts a worker for each (DESIGN 4).

#pragma once

namespace soulprint {

// Registers the launcher with the postmaster.  For _PG_init while preloading.
void RegisterLauncher();

}  // namespace soulprint
