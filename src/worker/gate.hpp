// Whether passes may run: what the settings say, and what a model server said that makes asking
// useless for everybody (CONTRACT 10, pause).  What is in flight when a pause begins is paid for
// and is waited for; nothing more is sent.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "settings.hpp"
#include "util/error.hpp"

namespace soulprint {

// What keeps a pass from being begun now, nullopt if nothing does.  The reason is what people are
// shown after "paused: "; soulprint_pause_reason() gives it in SQL.
std::optional<settings::Obstacle> FindObstacle();

// Begins a pause, because of an Error 57P03 that this process's pass met and whose message is the
// reason.  Without preloading only that pass ends.  `at_least`: how long the server wants to be
// left alone.
void PauseAll(const Error& reason, std::chrono::seconds at_least);

// Whether this process's pass has begun a pause, or met one at the same time as another, since it
// was asked last.
bool HasMetPause();

// Counts a pause that this pass has met; how many it has met by now, 0 if it is gone.  Throws Error
// like any query.
int CountPause(std::int64_t pass);

// To be called before each request of a pass: throws Error 57P01 during a pause.
void ObeyPause();

// True if the settings let passes run, and a pause is so old that the model server may be asked
// once.
bool IsProbeDue();

// The same, and that once is the caller's: by a worker that it starts now for it.
bool TakeProbe();

// A probe was refused: the pause goes on, for this reason, as with PauseAll.
void ProlongPause(const Error& reason, std::chrono::seconds at_least);

// A probe was answered.
void EndPause();

}  // namespace soulprint
