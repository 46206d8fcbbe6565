// A sentence of the user's ──► whether it is worth remembering, and as what.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "offline/sentences.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct Rank {
  double score = 0;  // what tells most about the user has the highest
  Category category = Category::kPerson;
  int importance = 1;  // 1 … 3
};

// nullopt if the sentence tells nothing about the user: a question, an order, a hypothesis, words
// of others, talk about this chat, or too little.
std::optional<Rank> RankSentence(const Sentence& sentence);

// Sentences of which no two are alike: four fifths of the content words of the shorter one stand in
// the other.
class Likeness {
 public:
  // Adds the sentence; false if one like it is known already.
  bool AddNew(std::string_view text);

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> sentences_with_;  // a word → places
  std::vector<std::size_t> sizes_;
};

}  // namespace soulprint
