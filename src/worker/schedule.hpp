// What the launcher starts next, and how long it sleeps.  Pure: the clock is the caller's.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace soulprint {

class Schedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // What the launcher finds when it looks.
  struct Seen {
    bool installed = false;                // the extension is there, and the library's
    std::int64_t waiting = 0;              // passes that are due, or left behind by a dead worker
    std::int64_t running = 0;              // passes that a worker holds
    std::chrono::milliseconds next_due{};  // until a queued pass becomes due, 0 = none
    // Background workers that exist, also those that still start, but not for alerts or batches.
    std::int64_t workers = 0;
    bool ended_idle = false;    // a worker has exited without ending a pass
    bool passes_ended = false;  // a pass has ended since the last look
    bool alone = false;         // a pass that may crash the server is due or runs
    bool closed = false;        // no pass may begin (Gate::WhyClosed)
    // Another database has suspects run alone, or passes that the suspects of this one wait for.
    bool others_first = false;
    std::optional<Time> next_probe;  // during a pause
    bool alerts = false;             // an alert waits to be sent
    bool alerting = false;           // a worker that sends alerts exists
    Time next_alert;                 // none is sent earlier
    bool batches = false;            // batches are out at the model server
    bool looking = false;            // a worker that looks after them exists
  };

  struct Limits {
    std::int64_t max_workers = 1;
    std::chrono::milliseconds poll_interval{};
  };

  struct Plan {
    std::int64_t workers = 0;  // to start
    bool look_up = false;      // the first of them looks up pending profiles
    bool probe = false;        // one worker to start, for a probe
    bool alert = false;        // one worker to start, beside the others, for the alerts
    bool batches = false;      // one more, for the batches
  };

  Plan Next(const Seen& seen, const Limits& limits, Time now);

  // The workers of the plan that could be started; fewer if no background worker slot was free.
  // Returns how long the launcher sleeps if nothing wakes it, at least 10 ms.
  std::chrono::milliseconds Started(std::int64_t workers, Time now);

  // True if the last plan found no free background worker slot.
  bool waits_for_slot() const { return waits_for_slot_; }

 private:
  void BackOff(Time now);
  void PlanAlert(Time now);
  void PlanBatches(Time now);
  Time NextPoll(Time now) const;

  Seen seen_;
  Limits limits_;
  Plan plan_;
  std::int64_t waiting_before_ = 0;
  std::optional<Time> last_poll_;
  Time next_alert_;
  Time next_look_;   // at batches
  Time not_before_;  // no worker starts earlier
  std::chrono::milliseconds back_off_{};
  bool waits_for_slot_ = false;
};

}  // namespace soulprint
