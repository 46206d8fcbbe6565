#include "worker/turn.hpp"

#include <algorithm>

namespace soulprint {

namespace {

constexpr std::chrono::seconds kShortest{10};
constexpr int kTimesReplay = 10;

}  // namespace

void Turn::Answered(Time now) {
  if (!first_answer_) first_answer_ = now;
}

bool Turn::IsOver(Time now) const {
  if (!first_answer_) return false;
  const Time::duration replay = *first_answer_ - begin_;
  return now - *first_answer_ >= std::max<Time::duration>(kShortest, kTimesReplay * replay);
}

}  // namespace soulprint
