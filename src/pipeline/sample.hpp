// The conversations that the sections are made from, as prompt text.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/conversations_to_sample.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

struct SampleSize {
  std::size_t conversations;
  std::size_t characters;
};

// The size that is tried first.
inline constexpr SampleSize kLargestSample = {200, 600000};

// The best of a user's conversations, read from the store one at a time.
class Sample {
 public:
  // `scored`: those that have a visible message, by their places in `ids`.  References to ids and
  // store are kept.
  Sample(const std::vector<std::string>& ids, std::vector<Scored> scored, Store& store);

  const std::vector<Scored>& ranked() const { return ranked_; }

  // As much of it as this size allows.
  FairText Format(const SampleSize& size) const;

 private:
  const std::vector<std::string>& ids_;
  Store& store_;
  std::vector<Scored> ranked_;
};

}  // namespace soulprint
