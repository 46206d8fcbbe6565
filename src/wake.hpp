// Shared memory between the launcher and everybody else; waking the launcher at commit.
//
// All of it is there only when the library is preloaded; without, every function does nothing.

#pragma once

#include <array>
#include <cstdint>

namespace soulprint::wake {

using UserId = std::array<unsigned char, 16>;

// Asks for the shared memory.  For _PG_init while preloading.
void RequestSharedMemory();

// Wakes the launcher when the present transaction commits.
void AtCommit();

// For the launcher: its latch is the one to wake, until the process ends.  True if the previous
// launcher ended before it had connected.
bool LauncherStarts();
void LauncherConnected();

// Passes that workers have ended, one way or another, since the server started.
std::uint32_t PassesEnded();
void CountPassEnded();

// Where the look-up of pending profiles goes on (CONTRACT 9); all zero = at the beginning.
UserId LookUpPosition();
void SetLookUpPosition(const UserId& position);

}  // namespace soulprint::wake
