// Which texts speak of the same: by the words that they share.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace soulprint {

class WordIndex {
 public:
  explicit WordIndex(const std::vector<std::string>& texts);

  // The texts that share most words with this one, at most `most`, best first; none that shares no
  // word.
  std::vector<std::size_t> Nearest(const std::string& text, std::size_t most) const;

  // True if one text holds at least half of this one's words.
  bool HasLike(const std::string& text) const;

 private:
  struct Near {
    std::size_t shared = 0;
    std::size_t place = 0;
  };

  std::vector<Near> Shared(const std::vector<std::string>& words) const;

  std::size_t size_;
  std::vector<std::pair<std::string, std::size_t>> places_;  // (word, text), sorted
};

}  // namespace soulprint
