// See throttle.hpp.

#include "llm/throttle.hpp"

#include <algorithm>
#include <cmath>

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr double kFirstWait = 500;  // ms
constexpr double kLongestWait = 60'000;
constexpr int kMostDoublings = 7;  // more than kLongestWait
constexpr std::chrono::minutes kPatience{30};
constexpr seconds kHeadStart{3};

template <typename Duration>
nanoseconds Scaled(Duration duration, double scale) {
  return std::chrono::duration_cast<nanoseconds>(duration * scale);
}

}  // namespace

milliseconds BackOff(int failures, std::optional<seconds> retry_after, double chance) {
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const double wait = std::min(std::ldexp(kFirstWait, doublings), kLongestWait);
  const milliseconds own(std::lround(wait * (1 - 0.25 * chance)));
  return retry_after ? std::max<milliseconds>(own, *retry_after) : own;
}

Throttle::Throttle(int most, double scale)
    : most_(static_cast<std::size_t>(std::max(most, 1))),
      scale_(scale),
      allowed_(most_),
      random_(std::random_device()()) {}

void Throttle::Begin(Time now) {
  last_answer_ = now;
  begun_ = now;
}

bool Throttle::IsAlone(Time now) const {
  return failed_ || (!answered_ && now - begun_ < Scaled(kHeadStart, scale_));
}

bool Throttle::Allows(std::size_t in_flight, Time now) const {
  return in_flight < (IsAlone(now) ? 1 : allowed_) && now >= not_before_;
}

nanoseconds Throttle::WaitAfter(int failures, std::optional<seconds> retry_after) {
  const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
  return Scaled(BackOff(failures, retry_after, chance), scale_);
}

void Throttle::Answered(Time now) {
  answered_ = true;
  failed_ = false;
  last_answer_ = now;
  overloads_ = 0;
  allowed_ = std::min(allowed_ + 1, most_);
}

void Throttle::Overloaded(Time started, std::optional<seconds> retry_after, Time now) {
  allowed_ = 1;
  if (overloads_ == 0 || started > overloaded_at_) {
    ++overloads_;
    overloaded_at_ = now;
    not_before_ = std::max(not_before_, now + WaitAfter(overloads_, retry_after));
  } else if (retry_after) {
    not_before_ = std::max(not_before_, now + Scaled(*retry_after, scale_));
  }
}

bool Throttle::IsHopeless(Time now) const {
  return overloads_ > 0 && now - last_answer_ >= Scaled(kPatience, scale_);
}

}  // namespace soulprint
