// A sentence ──► what it states of name, home, job and the like, where it states it plainly.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "offline/sentences.hpp"

namespace soulprint {

// kThing: a pastime or taste; many can hold, as of kLanguage, kKin and kFavorite.
enum class Slot { kName, kHome, kJob, kAge, kPartner, kDiet, kLanguage, kKin, kFavorite, kThing };

struct Reading {
  Slot slot;
  std::string value;             // as the user wrote it: "San Francisco, California", "husband Ben"
  bool over = false;             // the user says that it holds no longer
  bool change = false;           // the user says that it is new: "moved", "now", "became"
  std::string day;               // when it was said, "2024-03-20", "" = unknown; set by the caller
  std::vector<std::string> key;  // its content words
};

// What the sentence states of the user; nothing where it leaves doubt.
std::vector<Reading> ReadSlots(const Sentence& sentence);

// True for two wordings of one value: "Jakarta" and "Jakarta, Indonesia".
bool SameValue(const Reading& a, const Reading& b);

// The newest reading of each value that is not over, among readings of one slot: their places.
std::vector<std::size_t> AllThatHold(const std::vector<Reading>& readings);

// The place of the reading that holds, among readings of a slot that has one value at a time; the
// size of the list if none does.  The newest value; but one that was said once, without a word of
// change, does not hold against one said thrice, nor as one of three values.
std::size_t WhatHolds(const std::vector<Reading>& readings);

}  // namespace soulprint
