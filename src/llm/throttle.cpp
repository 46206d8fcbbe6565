// See throttle.hpp.

#include "llm/throttle.hpp"

#include <algorithm>
#include <utility>

namespace soulprint {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kHeadStart{3};

template <typename Duration>
nanoseconds ScaledTo(Duration duration, double scale) {
  return std::chrono::duration_cast<nanoseconds>(duration * scale);
}

}  // namespace

Throttle::Throttle(int most, double scale, SharedLimiter shared)
    : most_(static_cast<std::size_t>(std::max(most, 1))),
      scale_(scale),
      shared_(std::move(shared)),
      own_(shared_.with ? nullptr : std::make_unique<Limiter>(scale)),
      random_(std::random_device()()) {}

void Throttle::With(const std::function<void(Limiter&)>& use) {
  if (own_) return use(*own_);
  shared_.with(use);
}

void Throttle::Begin(Time now) {
  begun_ = now;
  With([&](Limiter& limiter) { place_ = limiter.Join(shared_.owner, shared_.account); });
}

void Throttle::End() {
  With([&](Limiter& limiter) { limiter.Leave(*place_); });
}

bool Throttle::IsAlone(Time now) const {
  return failed_ || (!answered_ && now - begun_ < ScaledTo(kHeadStart, scale_));
}

bool Throttle::Allows(std::size_t in_flight, Time now) const {
  return in_flight < (IsAlone(now) ? 1 : most_) && now >= not_before_;
}

std::optional<Load> Throttle::Start(double input_tokens, Time now) {
  Load load{1, input_tokens, 0};
  With([&](Limiter& limiter) {
    load[2] = limiter.expected_output();
    not_before_ = limiter.Start(*place_, load, now);
  });
  return not_before_ <= now ? std::optional(load) : std::nullopt;
}

void Throttle::Ended(const Load& load, const Load& taken, const ToldLimits& told, Time now) {
  With([&](Limiter& limiter) {
    limiter.End(*place_, load, taken, now);
    limiter.Learn(*place_, told, now);
  });
}

nanoseconds Throttle::WaitAfter(int failures, std::optional<seconds> retry_after) {
  const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
  return ScaledTo(BackOff(failures, retry_after, chance), scale_);
}

void Throttle::Answered() {
  answered_ = true;
  failed_ = false;
  With([](Limiter& limiter) { limiter.Answered(); });
}

void Throttle::Overloaded(Time started, std::optional<seconds> retry_after, bool refused,
                          Time now) {
  const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
  With([&](Limiter& limiter) {
    limiter.Overloaded(started, retry_after, chance, refused, now);
    not_before_ = limiter.not_before();
  });
}

bool Throttle::IsHopeless(Time now) {
  bool hopeless = false;
  With([&](Limiter& limiter) { hopeless = limiter.IsHopeless(now); });
  return hopeless;
}

}  // namespace soulprint
