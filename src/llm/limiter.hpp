// When the next request may be sent: one object for all passes that ask the same server.
//
// It knows the server's limits of a minute from the headers of responses, gives what they permit to
// the passes in fair turns, and lets all wait while the server is overloaded.  Fixed size and no
// pointers, so that it can lie in shared memory.  Values only: the clock and the lock are the
// caller's.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "net/http_message.hpp"

namespace soulprint {

// The wait before attempt `failures` + 1: half a second, doubled with each failure after the first,
// at most a minute, reduced at random by up to a quarter (`chance` in 0 … 1); at least
// `retry_after`.
std::chrono::milliseconds BackOff(int failures, std::optional<std::chrono::seconds> retry_after,
                                  double chance);

// Requests, input tokens, output tokens.  Input tokens that the server read from its cache do not
// count.
using Load = std::array<double, 3>;

// What a response says about one limit of a minute.
struct ToldLimit {
  double limit = 0;  // 0 = nothing that can be used
  double left = 0;   // 0 … limit
};
using ToldLimits = std::array<ToldLimit, std::tuple_size_v<Load>>;

// Reads the headers anthropic-ratelimit-…-limit and -remaining.  A limit without a remaining
// number, or the other way round, is not told.
ToldLimits ReadLimits(const HttpResponse& response);

class Limiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = Time::duration;

  static constexpr int kMostPasses = 256;

  // `scale` multiplies every time: 1, or less in tests.
  explicit Limiter(double scale = 1);

  // A pass of process `owner` begins to ask: its place.  Beyond kMostPasses passes share places.
  // With another `account` (server and key) than before, all that was learned is forgotten.
  int Join(int owner, std::uint64_t account);

  // The pass asks no more; its requests in flight are given up.
  void Leave(int place);

  // A process has ended.
  void LeaveAll(int owner);

  // Starts a request: returns `now`.  Or returns when to ask again; a pass that asks again in time
  // keeps its turn.
  Time Start(int place, const Load& load, Time now);

  // A request has ended, which took `taken` instead of `load`.
  void End(int place, const Load& load, const Load& taken, Time now);

  // A response brought these limits.  Ignored from a pass that joined with another account.
  void Learn(int place, const ToldLimits& told, Time now);

  // The server answered: one more request may be in flight.
  void Answered();

  // A request that started at `started` met an overloaded server (529), or one of its limits (429,
  // `refused`).  All wait, at least `retry_after`; afterwards one request at a time is added.
  // Requests that were in flight together count as one failure.
  void Overloaded(Time started, std::optional<std::chrono::seconds> retry_after, double chance,
                  bool refused, Time now);

  // No request may start before that.
  Time not_before() const { return not_before_; }

  // True if an overloaded server has answered nothing for 30 minutes.  The next 30 minutes begin
  // then.
  bool IsHopeless(Time now);

  // The tokens of an answer that is to come: the average of those that came.
  double expected_output() const { return output_; }

  // True if a pass waits, for the server or for its turn.
  bool HoldsBack(Time now) const;

  // "at most 600 requests, 50000 input tokens a minute, passes that wait for their turn: 2", "the
  // model server is too busy, all requests wait for 12 s"; "" = no limit is known and nobody waits.
  std::string Describe(Time now) const;

 private:
  // A bucket as the server has it: it fills continuously, and each request takes from it.
  struct Bucket {
    double limit = 0;    // of a minute, 0 = not known
    double most = 0;     // that it holds
    double left = 0;     // can be less than 0
    Time at;             // of `left`
    bool paced = false;  // the server refused what it had said is left
  };
  struct Pass {
    int owner = 0;  // 0 = the place is free
    std::uint32_t epoch = 0;
    int in_flight = 0;
    double turn = 0;  // the lowest goes first
    Load wanted{};
    Time asked;  // while it waits
    bool waits = false;
  };

  static bool Waits(const Pass& pass, Time now);
  std::int64_t Waiting(Time now) const;
  bool GoesFirst(const Pass& pass, const Pass& other, Time now) const;
  double Share(const Load& load) const;
  Time Room(const Pass& own, Time now);
  void Refill(Time now);
  void Pace();
  void Forget();

  double scale_;
  std::uint64_t account_ = 0;
  std::uint32_t epoch_ = 0;  // of the account
  std::array<Bucket, std::tuple_size_v<Load>> buckets_;
  double turn_ = 0;  // of the request that started last
  double output_ = 300;
  int in_flight_ = 0;
  int allowed_ = 0;    // in flight, 0 = as many as the passes like
  int overloads_ = 0;  // in a row
  Time overloaded_at_;
  Time first_overload_;
  Time not_before_;
  int places_ = 0;  // that were ever taken
  std::array<Pass, kMostPasses> passes_;
};

}  // namespace soulprint
