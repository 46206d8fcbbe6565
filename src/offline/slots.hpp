// A sentence ──► what it states of name, home, job and the like, where it states it plainly.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "offline/sentences.hpp"

namespace soulprint {

// Up to kDiet one value holds at a time.  kThing: a pastime or taste.
enum class Slot { kName, kHome, kJob, kAge, kPartner, kDiet, kLanguage, kKin, kFavorite, kThing };

struct Reading {
  Slot slot;
  std::string value;             // as the user wrote it: "San Francisco, California", "husband Ben"
  bool over = false;             // the user says that it holds no longer
  bool change = false;           // the user says that it is new: "moved", "now", "became"
  std::vector<std::string> key;  // the content words of the value
  bool vague = false;            // "wife": does not say who
  std::size_t times = 1;         // how often it was said
  std::size_t fact = 0;          // for the caller: the place of the fact that says it
};

// What the sentence states of the user; nothing where it leaves doubt.
std::vector<Reading> ReadSlots(const Sentence& sentence);

// True for two wordings of one value: "Jakarta" and "Jakarta, Indonesia".
bool SameValue(const Reading& a, const Reading& b);

// The readings that hold, among readings of one slot, oldest first: the newest of each value that
// is not over, with its times.  Up to kDiet at most one, the newest value; but one that was said
// once, without a word of change, does not hold against one said thrice, nor as one of three
// values.
std::vector<Reading> ThatHold(const std::vector<Reading>& readings);

}  // namespace soulprint
