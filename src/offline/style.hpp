// A user's messages ──► how they write and what for.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "offline/lexicon.hpp"

namespace soulprint {

class Style {
 public:
  // Adds one message of the user's.
  void Add(std::string_view message);

  // True if there are messages enough to speak of habits.
  bool Enough() const { return lengths_.size() >= 3; }
  // Percentage of the messages in which a cue is; 0 while there are not enough.
  int Share(Cue cue) const;
  // The same of a mark: '?', '!', 'e' = emoji, '`' = code, 'a' = all in lower case, 'h' = laughter.
  int ShareOf(char mark) const;
  // Median number of words in a message.
  std::size_t MedianWords() const;
  // The language of most messages, "English" if that is unclear, and a greeting in it.
  std::string_view Language() const;
  std::string Greeting(const std::string& user_name) const;

 private:
  int Percent(std::size_t count) const;
  std::size_t MainTongue() const;

  std::vector<std::size_t> lengths_;
  std::map<Cue, std::size_t> cues_;
  std::map<char, std::size_t> marks_;
  std::vector<std::size_t> tongues_;  // messages in each language
};

}  // namespace soulprint
