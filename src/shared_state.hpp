// Shared memory between the launcher and everybody else; waking the launcher at commit.
//
// All of it is there only when the library is preloaded; without, every function does nothing.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

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

// After a model server said that asking is useless (CONTRACT 10, pause): nobody asks, but for one
// probe from time to time.
struct Pause {
  std::string reason;
  std::string hint;
  std::chrono::steady_clock::time_point next_probe;
};

std::optional<Pause> CurrentPause();

// Begins or prolongs a pause, cutting texts to what the shared memory holds, and wakes the
// launcher.  The next probe is when the first who met it says, or a probe that met it again.  True
// if there was none for this reason.
bool BeginPause(const Pause& pause, bool by_probe);

// True if a probe is due: it is the caller's, and the next one is due at `next`.
bool TakeProbe(std::chrono::steady_clock::time_point next);

// The next probe is due.
void ProbeNow();

// Ends a pause and wakes the launcher at once.  True if there was one.
bool EndPause();

// Where the look-up of pending profiles goes on (CONTRACT 9); all zero = at the beginning.
UserId LookUpPosition();
void SetLookUpPosition(const UserId& position);

}  // namespace soulprint::wake
