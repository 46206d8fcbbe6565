// When to ask again: back-off after a failure, and the waiting of all together when the server has
// too much to do.  Values only; the clock is the caller's.

#pragma once

#include <chrono>
#include <optional>
#include <random>

namespace soulprint {

// Before attempt `failures` + 1: half a second doubled with each failure after the first, at most a
// minute, less up to a quarter by chance (`chance` in 0 … 1); at least what the server asks for.
std::chrono::milliseconds BackOff(int failures, std::optional<std::chrono::seconds> retry_after,
                                  double chance);

class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `most` requests in flight; only one during the first second without an answer, so that a wrong
  // key or address costs one request.  `scale` multiplies every time: 1, or less in tests.
  Throttle(int most, double scale);

  // True if one more request may start.
  bool Allows(std::size_t in_flight, Time now) const;

  // No request may start before that.
  Time not_before() const { return not_before_; }

  // Time to wait for a request alone, after its own failures.
  std::chrono::nanoseconds WaitAfter(int failures, std::optional<std::chrono::seconds> retry_after);

  // A server that answers: one more may be in flight, up to most.
  void Answered(Time now);

  // A request that started at `started` met a server with too much to do.  All wait; afterwards
  // one at a time is added.  Those that were under way together count as one failure.
  void Overloaded(Time started, std::optional<std::chrono::seconds> retry_after, Time now);

  // A new lot of questions begins: forgets how long there was no answer.
  void Begin(Time now);

  // True if a server with too much to do has answered nothing for half an hour.
  bool IsHopeless(Time now) const;

 private:
  std::size_t most_;
  double scale_;
  std::size_t allowed_;
  int overloads_ = 0;      // in a row
  bool answered_ = false;  // ever
  Time begun_;
  Time not_before_;
  Time overloaded_at_;
  Time last_answer_;
  std::mt19937 random_;
};

}  // namespace soulprint
