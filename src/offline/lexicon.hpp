// The words and phrases by which the offline rules recognise what a sentence is about.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "offline/words.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// What a phrase shows.  cues.hpp has the phrases of each and says more.
// clang-format off
enum class Cue {
  // what makes a sentence worth remembering
  kIdentity, kBeing, kKin, kHealth, kDiet, kTaste, kDislike, kHabit, kWish, kPlan, kDecision, kEnd,
  kEvent, kBelief, kSkill, kWork, kThing, kTime,
  // what makes it worth less, or nothing
  kChat, kCompany, kAddress, kManners, kThanks, kNext, kDeixis, kMood, kNever,
  // a text to work on, a part that is played, a letter
  kMaterial, kPart, kLetter,
  // how statements of name, home and the like begin, and what they hold
  kNameIs, kSelfIs, kSelfWas, kWorkAs, kRuns, kHomeIs, kHomeWas, kSpeaks, kOccupation,
  kNoOccupation, kBusiness, kDietName, kStatus, kPartner, kRelative, kLanguage, kNoName, kChange,
  // how the user writes and what for
  kSlang, kJoy, kDistress, kAdvice, kLearning, kText, kCode, kBrief, kDetail
};
// clang-format on

struct CueList {
  Cue cue;
  double weight;             // what a phrase adds to the worth of a sentence
  Category category;         // that a phrase with a weight above 0 speaks for
  std::string_view phrases;  // with | between them
};

struct Hit {
  const CueList* list;
  std::size_t begin;  // words[begin, end)
  std::size_t end;
};

// All phrases in the words, in order of their beginning.  Throws Error XX000 if cues.hpp has a
// phrase twice under one cue, one that holds another of its cue, or one that ToWords cannot find.
std::vector<Hit> FindCues(const Words& words);

// True if a phrase of this cue is in hits; if one begins at words[at].
bool Has(const std::vector<Hit>& hits, Cue cue);
bool HasAt(const std::vector<Hit>& hits, Cue cue, std::size_t at);

}  // namespace soulprint
