// How long a pass keeps its worker while others wait.  Pure: the clock is the caller's.
//
// A pass that begins anew first computes again what its remembered answers tell.  So a turn lasts
// ten times as long as that took, at least ten seconds, from its first new answer on.

#pragma once

#include <chrono>
#include <optional>

namespace soulprint {

class Turn {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Turn(Time begin) : begin_(begin) {}

  // An answer came that was not remembered.
  void Answered(Time now);

  // True if the pass should give way to others.
  bool IsOver(Time now) const;

 private:
  Time begin_;
  std::optional<Time> first_answer_;
};

}  // namespace soulprint
