// Sorting of many facts, which can be canceled.

#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "pipeline/types.hpp"
#include "util/interrupts.hpp"

namespace soulprint {

// Sorts stably by key(fact).  Facts are large, so their places are sorted, and each fact is moved
// once.
template <typename Key>
void SortFactsBy(std::vector<Fact>* facts, Key key) {
  InterruptsNowAndThen interrupts;
  std::vector<std::pair<decltype(key(Fact())), std::size_t>> places;
  places.reserve(facts->size());
  for (const Fact& fact : *facts) {
    interrupts.Step();
    places.emplace_back(key(fact), places.size());
  }
  std::sort(places.begin(), places.end(), [&](const auto& a, const auto& b) {
    interrupts.Step();
    return a < b;
  });
  for (std::size_t begin = 0; begin < places.size(); ++begin) {
    if (places[begin].second == begin) continue;
    // Each fact of a cycle goes where the one before it came from.
    Fact first = std::move((*facts)[begin]);
    std::size_t to = begin;
    for (std::size_t from = places[to].second; from != begin; from = places[to].second) {
      interrupts.Step();
      (*facts)[to] = std::move((*facts)[from]);
      places[to].second = to;
      to = from;
    }
    (*facts)[to] = std::move(first);
    places[to].second = to;
  }
}

}  // namespace soulprint
