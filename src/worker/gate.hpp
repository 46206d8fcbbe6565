// The gate: may passes run, and may requests be sent (doc/architecture.md, "The gate")?
//
// It is closed while the settings let no pass run.  It is also closed during a pause: the model
// server gave a response that makes all further requests useless, like that to a wrong key, or it
// gave none, to a probe neither.  Requests that are in flight when a pause begins are paid for, and
// are waited for; no others are sent.  A pause is shared by all workers if the library is
// preloaded.

#pragma once

#include <optional>
#include <string>

#include "settings.hpp"
#include "util/error.hpp"

namespace soulprint {

class Gate {
 public:
  // Why no pass may begin now, nullopt if one may.  soulprint_pause_reason() gives the reason in
  // SQL.
  static std::optional<settings::Obstacle> WhyClosed();

  // True if the settings let passes run, and a pause is on whose next probe is due.
  static bool IsProbeDue();

  // Claims that probe; the caller must start a probe worker.
  static bool ClaimProbe();

  // For the probe worker: the probe was refused, or answered.
  static void StayClosed(const ServerUnavailable& reason);
  static void Open();

  // For the worker of a pass: from now on it keeps to the model server that the settings name.
  void KeepToServer();

  // Handles interrupts and reloads.  Throws PassStopped if the settings let no pass run.
  void CheckSettings() const;

  // Call it before each request.  Throws PassStopped during a pause, and after the settings of the
  // model server changed; TurnOver.
  void CheckOpen() const;

  // Lets the pass send no more requests, for others wait for the worker: CheckOpen throws TurnOver.
  void GiveWay() { gives_way_ = true; }

  // Begins a pause, or joins one.  Without preloading only this pass stops.  `doubtful`: perhaps a
  // question of this pass alone is refused.
  void Close(const ServerUnavailable& reason, bool doubtful);

  // True if this pass closed the gate in doubt, for all workers.
  bool met_pause() const { return met_pause_; }

 private:
  std::string server_;
  bool met_pause_ = false;
  bool gives_way_ = false;
};

}  // namespace soulprint
