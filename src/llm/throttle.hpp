// When one pass sends its next request: by its own failures, and as the limiter permits, which it
// shares with other passes.  Values only; the clock is the caller's.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "llm/limiter.hpp"

namespace soulprint {

// A limiter that others use, too.
struct SharedLimiter {
  // Calls `use` while nobody else uses the limiter; `use` neither throws nor waits.
  std::function<void(const std::function<void(Limiter&)>& use)> with;
  int owner = 1;              // this process, not 0
  std::uint64_t account = 0;  // tells server and key apart from others
};

class Throttle {
 public:
  using Time = Limiter::Time;

  // Allows `most` requests in flight.  `scale` multiplies every time: 1, or less in tests.  Without
  // `shared.with` the limiter is this object's own.
  Throttle(int most, double scale, SharedLimiter shared = {});

  // New questions begin: resets the time without an answer.
  void Begin(Time now);

  // No more questions; requests in flight are given up.
  void End();

  // True while only one question may be asked: from a failure to the next answer, and in the first
  // three seconds without an answer.  So an outage, a wrong key or address costs few requests, and
  // the server has put the wording into its cache when the next questions come.
  bool IsAlone(Time now) const;

  // False if one more request may not start for sure.
  bool Allows(std::size_t in_flight, Time now) const;

  // Starts a request of about so many input tokens: what it is expected to take.  nullopt if it
  // must wait.
  std::optional<Load> Start(double input_tokens, Time now);

  // A request that Start permitted has ended, which took `taken` instead of `load`.
  void Ended(const Load& load, const Load& taken, const ToldLimits& told, Time now);

  // No request may start before that, as far as is known here.
  Time not_before() const { return not_before_; }

  // The wait of one question after its own failures.
  std::chrono::nanoseconds WaitAfter(int failures, std::optional<std::chrono::seconds> retry_after);

  // The server answered.
  void Answered();

  // The server gave no answer, or could not answer.
  void Failed() { failed_ = true; }

  // As Limiter::Overloaded.
  void Overloaded(Time started, std::optional<std::chrono::seconds> retry_after, bool refused,
                  Time now);

  // As Limiter::IsHopeless.
  bool IsHopeless(Time now);

 private:
  void With(const std::function<void(Limiter&)>& use);

  std::size_t most_;
  double scale_;
  SharedLimiter shared_;
  std::unique_ptr<Limiter> own_;
  std::optional<int> place_;
  bool answered_ = false;  // ever
  bool failed_ = false;    // since the last answer
  Time begun_;
  Time not_before_;
  std::mt19937 random_;
};

}  // namespace soulprint
