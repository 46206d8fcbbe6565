// When to send the next request: back-off of one question after a failure, and of all questions
// while the server is overloaded.  Values only; the clock is the caller's.

#pragma once

#include <chrono>
#include <optional>
#include <random>

namespace soulprint {

// The wait before attempt `failures` + 1: half a second, doubled with each failure after the first,
// at most a minute, reduced at random by up to a quarter (`chance` in 0 … 1); at least
// `retry_after`.
std::chrono::milliseconds BackOff(int failures, std::optional<std::chrono::seconds> retry_after,
                                  double chance);

class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Allows `most` requests in flight.  `scale` multiplies every time: 1, or less in tests.
  Throttle(int most, double scale);

  // True while only one question may be asked: from a failure to the next answer, and in the first
  // three seconds without an answer.  So an outage, a wrong key or address costs few requests, and
  // the server has put the wording into its cache when the next questions come.
  bool IsAlone(Time now) const;

  // True if one more request may start.
  bool Allows(std::size_t in_flight, Time now) const;

  // No request may start before that.
  Time not_before() const { return not_before_; }

  // The wait of one question after its own failures.
  std::chrono::nanoseconds WaitAfter(int failures, std::optional<std::chrono::seconds> retry_after);

  // The server answered: allows one more request in flight, up to `most`.
  void Answered(Time now);

  // The server gave no answer, or could not answer.
  void Failed() { failed_ = true; }

  // A request that started at `started` met an overloaded server.  All questions wait; afterwards
  // one request at a time is added.  Requests that were in flight together count as one failure.
  void Overloaded(Time started, std::optional<std::chrono::seconds> retry_after, Time now);

  // New questions begin: resets the time without an answer.
  void Begin(Time now);

  // True if an overloaded server has answered nothing for 30 minutes.
  bool IsHopeless(Time now) const;

 private:
  std::size_t most_;
  double scale_;
  std::size_t allowed_;
  int overloads_ = 0;      // in a row
  bool answered_ = false;  // ever
  bool failed_ = false;    // since the last answer
  Time begun_;
  Time not_before_;
  Time overloaded_at_;
  Time last_answer_;
  std::mt19937 random_;
};

}  // namespace soulprint
