// Shares a budget out evenly.

#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace soulprint {

// The least and the most that one claimant gets.
struct Claim {
  std::size_t least = 0;
  std::size_t most = 0;

  // Its share at a level: small claims are met in full, large ones up to the level.
  std::size_t At(std::size_t level) const { return std::max(least, std::min(most, level)); }
};

// The sum of the shares at a level.
std::size_t Total(const std::vector<Claim>& claims, std::size_t level);

// The highest level whose shares sum to at most `budget`, but no more than the largest claim; 0 if
// not even the least of all fit.
std::size_t FairLevel(const std::vector<Claim>& claims, std::size_t budget);

}  // namespace soulprint
