// A user's messages ──► the style of their writing.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace soulprint {

// Habits, counted per message.
enum class Habit {
  kQuestion,
  kExclamation,
  kEmoji,
  kCode,
  kGreeting,
  kPlease,
  kThanks,
  kLaughter,
  kSlang,
  kAllLowerCase,
  kAdvice,    // asks for suggestions or recommendations
  kLearning,  // asks for an explanation, or how to do something
  kWriting,   // has something written or corrected
  kCoding,    // talks about code
  kSteps,     // wants steps
  kBrevity,   // wants it short
  kDetail,    // wants it long
  kDistress,  // speaks of stress, worry, sadness
  kJoy,       // speaks of joy
  kFeelings,  // speaks of feelings at all
  kCount,
};

class Style {
 public:
  // Adds one message of the user's.
  void Add(std::string_view message);

  std::size_t messages() const { return lengths_.size(); }
  std::size_t Count(Habit habit) const { return counts_[static_cast<std::size_t>(habit)]; }
  // Percentage of the messages.
  int Share(Habit habit) const;
  // Median number of words in a message; a Chinese or Japanese character counts as a word.
  std::size_t MedianWords() const;
  // The script of most letters: "Latin", "Chinese", "Japanese", "Korean", "Cyrillic", "Greek",
  // "Arabic", "Hebrew", "Indic", "Thai"; "" if there are no letters.
  std::string_view Script() const;
  // The same messages have the same hash.
  std::uint64_t hash() const { return hash_; }

 private:
  static constexpr std::size_t kScripts = 10;

  void Mark(Habit habit, bool shows) { counts_[static_cast<std::size_t>(habit)] += shows ? 1 : 0; }
  std::size_t CountCharactersOf(std::string_view message, bool* emoji, bool* upper);

  std::vector<std::size_t> lengths_;
  std::array<std::size_t, static_cast<std::size_t>(Habit::kCount)> counts_{};
  std::array<std::size_t, kScripts> letters_{};
  std::uint64_t hash_ = 14695981039346656037U;
};

}  // namespace soulprint
