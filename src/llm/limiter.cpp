// Fair turns are start-time fair queueing: a pass's turn advances by the share of a minute that its
// requests take, and the lowest turn goes first.  So passes that wait get equal shares, whatever
// the number and size of their requests, and one that waited for nothing has saved up nothing.
//
// The header -reset is not used.  A bucket that fills continuously is told by its limit and what is
// left, and the server's clock need not be ours.

#include "llm/limiter.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "util/format.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kFirstWait = 500;  // ms
constexpr double kLongestWait = 60'000;
constexpr int kMostDoublings = 7;  // more than kLongestWait
constexpr std::chrono::minutes kPatience{30};
// A pass looks every 100 ms at least; one that does not any more wants nothing.
constexpr milliseconds kInterest{300};
// Nobody tells a pass that another one's request has ended.
constexpr milliseconds kLookAgain{20};
// What one of the server's remaining numbers may be rounded by.
constexpr Load kRounding = {1, 1000, 1000};
// Next to nothing, so that it does not weigh once a limit is known.
constexpr double kUnlimitedShare = 1e-6;
constexpr double kPacedSeconds = 0.1;
constexpr std::array<const char*, 3> kHeaders = {"requests", "input-tokens", "output-tokens"};
constexpr std::array<const char*, 3> kNames = {"requests", "input tokens", "output tokens"};

Limiter::Duration Scaled(double time_in_seconds, double scale) {
  return std::chrono::duration_cast<Limiter::Duration>(
      std::chrono::duration<double>(time_in_seconds * scale));
}

double Seconds(Limiter::Duration time) { return std::chrono::duration<double>(time).count(); }

// What a bucket holds once the server has refused what it had said is left: next to nothing, so
// that requests go at equal distances.
double Paced(double limit) { return std::max(1.0, kPacedSeconds * limit / 60); }

std::optional<double> Number(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return static_cast<double>(number);
}

}  // namespace

milliseconds BackOff(int failures, std::optional<seconds> retry_after, double chance) {
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const double wait = std::min(std::ldexp(kFirstWait, doublings), kLongestWait);
  const milliseconds own(std::lround(wait * (1 - 0.25 * chance)));
  return retry_after ? std::max<milliseconds>(own, *retry_after) : own;
}

ToldLimits ReadLimits(const HttpResponse& response) {
  ToldLimits told;
  for (std::size_t i = 0; i < told.size(); ++i) {
    const std::string name = std::string("anthropic-ratelimit-") + kHeaders[i];
    const auto limit = Number(response.Header(name + "-limit"));
    const auto left = Number(response.Header(name + "-remaining"));
    if (!limit || !left) continue;
    told[i] = {*limit, std::min(*left, *limit)};
  }
  return told;
}

Limiter::Limiter(double scale) : scale_(scale), buckets_(), passes_() {}

int Limiter::Join(int owner, std::uint64_t account) {
  if (account != account_) Forget();
  account_ = account;
  int place = 0;
  while (place < kMostPasses - 1 && passes_[place].owner != 0) ++place;
  const bool nobody = std::none_of(passes_.begin(), passes_.begin() + places_,
                                   [](const Pass& pass) { return pass.owner != 0; });
  if (nobody) overloads_ = 0;
  places_ = std::max(places_, place + 1);
  passes_[place].owner = owner;
  passes_[place].epoch = epoch_;
  passes_[place].turn = turn_;
  return place;
}

void Limiter::Leave(int place) {
  in_flight_ -= passes_[place].in_flight;
  passes_[place] = {};
}

void Limiter::LeaveAll(int owner) {
  for (int place = 0; place < places_; ++place) {
    if (passes_[place].owner == owner) Leave(place);
  }
}

void Limiter::Forget() {
  buckets_ = {};
  allowed_ = 0;
  overloads_ = 0;
  not_before_ = {};
  ++epoch_;
}

void Limiter::Refill(Time now) {
  for (Bucket& bucket : buckets_) {
    if (bucket.limit == 0 || now <= bucket.at) continue;
    bucket.left =
        std::min(bucket.most, bucket.left + Seconds(now - bucket.at) / scale_ * bucket.limit / 60);
    bucket.at = now;
  }
}

bool Limiter::Waits(const Pass& pass, Time now) {
  return pass.waits && now - pass.asked < kInterest;
}

bool Limiter::GoesFirst(const Pass& pass, const Pass& other, Time now) const {
  const bool before = pass.turn < other.turn || (pass.turn == other.turn && &pass < &other);
  return before && Waits(pass, now);
}

// Of a minute, of the limit that the load takes most of; without limits requests are counted.
double Limiter::Share(const Load& load) const {
  double share = 0;
  for (std::size_t i = 0; i < load.size(); ++i) {
    if (buckets_[i].limit > 0) share = std::max(share, load[i] / buckets_[i].limit);
  }
  return share > 0 ? share : load[0] * kUnlimitedShare;
}

// When the buckets hold enough for this pass and all that go first.
Limiter::Time Limiter::Room(const Pass& own, Time now) {
  Refill(now);
  Time room = now;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const Bucket& bucket = buckets_[i];
    if (bucket.limit == 0) continue;
    double needed = std::min(own.wanted[i], bucket.most);
    for (int place = 0; place < places_; ++place) {
      if (!GoesFirst(passes_[place], own, now)) continue;
      needed += std::min(passes_[place].wanted[i], bucket.most);
    }
    if (needed <= bucket.left) continue;
    room = std::max(room, now + Scaled((needed - bucket.left) / bucket.limit * 60, scale_));
  }
  return room;
}

Limiter::Time Limiter::Start(int place, const Load& load, Time now) {
  Pass& own = passes_[place];
  if (!Waits(own, now)) own.turn = std::max(own.turn, turn_);
  own.waits = true;
  own.asked = now;
  own.wanted = load;
  if (now < not_before_) return not_before_;
  if (allowed_ > 0) {
    int first = 0;
    for (int i = 0; i < places_; ++i) first += GoesFirst(passes_[i], own, now) ? 1 : 0;
    if (in_flight_ + first >= allowed_) return now + Scaled(Seconds(kLookAgain), scale_);
  }
  if (const Time room = Room(own, now); room > now) return room;
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i].left -= load[i];
  turn_ = std::max(turn_, own.turn);
  own.turn += Share(load);
  own.waits = false;
  ++own.in_flight;
  ++in_flight_;
  return now;
}

void Limiter::End(int place, const Load& load, const Load& taken, Time now) {
  --passes_[place].in_flight;
  --in_flight_;
  Refill(now);
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    buckets_[i].left = std::min(buckets_[i].most, buckets_[i].left + load[i] - taken[i]);
  }
  if (taken[2] > 0) output_ += (taken[2] - output_) / 16;
}

void Limiter::Learn(int place, const ToldLimits& told, Time now) {
  if (passes_[place].epoch != epoch_) return;
  Refill(now);
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    if (told[i].limit == 0) continue;
    Bucket& bucket = buckets_[i];
    const double left = told[i].left;
    if (bucket.limit == 0) {
      bucket.at = now;
      bucket.left = left - (i == 0 ? in_flight_ : 0);
    }
    bucket.limit = told[i].limit;
    // It holds no more than the server ever said.
    bucket.most = bucket.paced ? Paced(bucket.limit) : std::max(bucket.most, left + 1);
    bucket.most = std::min(bucket.most, bucket.limit);
    // Older than what was sent since, so it can only say that there is less.
    if (left + kRounding[i] < bucket.left) bucket.left = left;
    bucket.left = std::min(bucket.left, bucket.most);
  }
}

void Limiter::Answered() {
  overloads_ = 0;
  if (allowed_ > 0) allowed_ = allowed_ < kMostPasses * 1000 ? allowed_ + 1 : 0;
}

// The empty ones; if the server says that none is, those of requests.
void Limiter::Pace() {
  bool any = false;
  for (std::size_t i = buckets_.size(); i-- > 0;) {
    Bucket& bucket = buckets_[i];
    if (bucket.limit == 0 || (bucket.left > kRounding[i] && (i > 0 || any))) continue;
    any = true;
    bucket.paced = true;
    bucket.most = std::min(bucket.most, Paced(bucket.limit));
    bucket.left = std::min(bucket.left, bucket.most);
  }
}

void Limiter::Overloaded(Time started, std::optional<seconds> retry_after, double chance,
                         bool refused, Time now) {
  if (refused) Pace();
  allowed_ = 1;
  if (overloads_ == 0 || started > overloaded_at_) {
    if (overloads_ == 0) first_overload_ = now;
    ++overloads_;
    overloaded_at_ = now;
    const double wait = Seconds(BackOff(overloads_, retry_after, chance));
    not_before_ = std::max(not_before_, now + Scaled(wait, scale_));
  } else if (retry_after) {
    not_before_ = std::max(not_before_, now + Scaled(Seconds(*retry_after), scale_));
  }
}

bool Limiter::IsHopeless(Time now) {
  if (overloads_ == 0 || now - first_overload_ < Scaled(Seconds(kPatience), scale_)) return false;
  overloads_ = 0;
  return true;
}

std::int64_t Limiter::Waiting(Time now) const {
  return std::count_if(passes_.begin(), passes_.begin() + places_,
                       [now](const Pass& pass) { return Waits(pass, now); });
}

bool Limiter::HoldsBack(Time now) const { return now < not_before_ || Waiting(now) > 0; }

std::string Limiter::Describe(Time now) const {
  if (now < not_before_) {
    const auto wait = std::chrono::ceil<seconds>(not_before_ - now).count();
    return Format("the model server is too busy, all requests wait for {} s", wait);
  }
  std::string text;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i].limit == 0) continue;
    text += Format("{}{} {}", text.empty() ? "at most " : ", ",
                   static_cast<std::int64_t>(buckets_[i].limit), kNames[i]);
  }
  if (!text.empty()) text += " a minute";
  if (const std::int64_t waiting = Waiting(now); waiting > 0) {
    text += Format("{}passes that wait for their turn: {}", text.empty() ? "" : ", ", waiting);
  }
  return text;
}

}  // namespace soulprint
