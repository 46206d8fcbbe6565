// Finds the level by bisection: the sum of the shares grows with it.

#include "pipeline/fair_share.hpp"

#include "util/interrupts.hpp"

namespace soulprint {

std::size_t Total(const std::vector<Claim>& claims, std::size_t level) {
  CheckForInterrupts();
  std::size_t total = 0;
  for (const Claim& claim : claims) total += claim.At(level);
  return total;
}

std::size_t FairLevel(const std::vector<Claim>& claims, std::size_t budget) {
  std::size_t low = 0;
  std::size_t high = 0;
  for (const Claim& claim : claims) high = std::max(high, claim.most);
  while (low < high) {
    const std::size_t middle = high - (high - low) / 2;
    if (Total(claims, middle) <= budget) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace soulprint
