// Whether passes may run: what the settings say, and what a model server said that makes asking
// useless for everybody (CONTRACT 10, pause).  What is in flight when a pause begins is paid for
// and is waited for; nothing more is sent.

#pragma once

#include <chrono>
#include <optional>

#include "error.hpp"
#include "settings.hpp"

namespace soulprint {

// What keeps a pass from being begun now, nullopt if nothing does.
std::optional<settings::Obstacle> FindObstacle();

// Begins a pause, because of an Error 57P03 whose message is the reason.  Without preloading only
// the pass that met it ends.  `at_least`: how long the server wants to be left alone.
void PauseAll(const Error& reason, std::chrono::seconds at_least);

// To be called before each request: throws Error 57P01 during a pause, unless this process is the
// probe.
void ObeyPause();

// True if the settings let passes run, and a pause is so old that the model server may be asked
// once.
bool IsProbeDue();

// The same, and that once is the caller's: by a worker that it starts now as the probe.
bool TakeProbe();

// This process is the probe, for the pass that it runs next.
void BeProbe(bool is_probe);

// The model server has answered: the probe ends the pause.
void ServerAnswered();

}  // namespace soulprint
