// Sorting of many facts, which can be canceled.

#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "pipeline/facts.hpp"
#include "pipeline/types.hpp"
#include "util/interrupts.hpp"

namespace soulprint {

// Sorts stably by key(fact).  Facts are large, so their places are sorted.
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
  std::vector<Fact> sorted;
  sorted.reserve(facts->size());
  for (const auto& place : places) {
    interrupts.Step();
    sorted.push_back(std::move((*facts)[place.second]));
  }
  FreeFacts(facts);
  *facts = std::move(sorted);
}

}  // namespace soulprint
