// A text ──► words ──► the phrases by which the offline rules recognise what it is about.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

struct Word {
  // Lower case, contractions written out ("I'm" = "i", "am"; "wife's" = "wife", "s"); one character
  // of Chinese or Japanese; one mark of punctuation.
  std::string text;
  std::size_t begin = 0;  // bytes in the text
  std::size_t end = 0;
  bool capital = false;  // begins with a capital letter
  bool mark = false;     // is punctuation
};
using Words = std::vector<Word>;

// The words of well-formed UTF-8, in order, without adverbs such as "really".
Words ToWords(std::string_view text);

// True for a character of Chinese or Japanese.
bool IsIdeograph(const Word& word);

// The text from words[begin] to before words[end]; "" if that is none.
std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end);

// True if `word` is one of the words of `list`, which have single spaces between them.
bool Among(std::string_view word, std::string_view list);

// What a phrase shows.  cues.hpp has the phrases of each.
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
  kNameIs, kSelfIs, kSelfWas, kWorkAs, kHomeIs, kHomeWas, kSpeaks, kOccupation, kNoOccupation,
  kDietName, kStatus, kPartner, kRelative, kLanguage, kNoName, kChange,
  // how the user writes and what for
  kQuestion, kExclamation, kEmoji, kFence, kLaughter, kSlang, kJoy, kDistress, kAdvice, kLearning,
  kText, kCode, kBrief, kDetail
};
// clang-format on

struct Hit {
  Cue cue;
  double weight;      // what it adds to the worth of a sentence
  Category category;  // that it speaks for if the weight is above 0
  std::size_t begin;  // words[begin, end)
  std::size_t end;
};

// All phrases in the words, in order of their beginning.  Throws Error XX000 if cues.hpp has a
// phrase twice under one cue, one that holds another of its cue, or one that ToWords cannot give.
std::vector<Hit> FindCues(const Words& words);

}  // namespace soulprint
