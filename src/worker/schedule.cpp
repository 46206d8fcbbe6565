#include "worker/schedule.hpp"

#include <algorithm>

namespace soulprint {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLookAgain{5};  // for the extension, a free slot, other databases
constexpr seconds kFirstBackOff{1};
constexpr seconds kLongestBackOff{60};
constexpr milliseconds kShortestSleep{10};

}  // namespace

// Workers that exit without ending a pass although some are due cannot start properly: the next
// start waits ever longer.
void Schedule::BackOff(Time now) {
  if (seen_.waiting == 0 || seen_.waiting > waiting_before_ || seen_.passes_ended) {
    back_off_ = milliseconds(0);
    not_before_ = {};
  } else if (seen_.ended_idle) {
    back_off_ = std::clamp<milliseconds>(back_off_ * 2, kFirstBackOff, kLongestBackOff);
    not_before_ = now + back_off_;
  }
  waiting_before_ = seen_.waiting;
}

// The interval may have changed since the last poll.
Schedule::Time Schedule::NextPoll(Time now) const {
  return last_poll_ ? *last_poll_ + limits_.poll_interval : now;
}

// A worker that cannot send any must not follow another at once.
void Schedule::PlanAlert(Time now) {
  next_alert_ = std::max(next_alert_, seen_.next_alert);
  plan_.alert = seen_.alerts && !seen_.alerting && now >= next_alert_;
  if (plan_.alert) next_alert_ = now + kLookAgain;
}

void Schedule::PlanBatches(Time now) {
  plan_.batches = seen_.batches && !seen_.looking && now >= next_look_;
  if (plan_.batches) next_look_ = now + limits_.poll_interval;
}

Schedule::Plan Schedule::Next(const Seen& seen, const Limits& limits, Time now) {
  seen_ = seen;
  limits_ = limits;
  plan_ = {};
  BackOff(now);
  if (!seen.installed) return plan_;
  PlanAlert(now);
  if (seen.closed) {
    const bool due = seen.next_probe && now >= *seen.next_probe;
    plan_.probe = due && seen.waiting > 0 && seen.workers == 0;
    return plan_;
  }
  PlanBatches(now);
  const std::int64_t busy = std::max(seen.workers, seen.running);
  const std::int64_t starting = busy - seen.running;
  std::int64_t wanted = now < not_before_ ? 0 : seen.waiting - starting;
  const bool poll_due = now >= NextPoll(now);
  if (poll_due) wanted = std::max<std::int64_t>(wanted, 1);
  const std::int64_t most = seen.others_first ? 0 : seen.alone ? 1 : limits.max_workers;
  plan_.workers = std::clamp<std::int64_t>(wanted, 0, std::max<std::int64_t>(most - busy, 0));
  plan_.look_up = poll_due && plan_.workers > 0;
  return plan_;
}

milliseconds Schedule::Started(std::int64_t workers, Time now) {
  waits_for_slot_ = workers < plan_.workers;
  if (plan_.look_up && workers > 0) last_poll_ = now;
  milliseconds sleep = limits_.poll_interval;
  const auto until = [&](Time time) {
    if (time > now) sleep = std::min(sleep, std::chrono::ceil<milliseconds>(time - now));
  };
  if (seen_.next_due.count() > 0) sleep = std::min(sleep, seen_.next_due);
  if (!seen_.installed || waits_for_slot_ || seen_.others_first)
    sleep = std::min<milliseconds>(sleep, kLookAgain);
  if (seen_.alerts && !seen_.alerting) until(next_alert_);
  if (seen_.closed) {
    if (seen_.next_probe && seen_.waiting > 0) until(*seen_.next_probe);
  } else {
    // While every slot is taken the poll waits for a worker to exit.
    until(NextPoll(now));
    until(not_before_);
    if (seen_.batches && !seen_.looking) until(next_look_);
  }
  return std::max(sleep, kShortestSleep);
}

}  // namespace soulprint
