// Which facts a sentence speaks of, by the words that both have (doc/behavior.md, "Understanding a
// profile").
//
// Words are those of compare_words.hpp.  Each counts with its text and with its beginning, the
// more, the fewer of the given texts have it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soulprint {

struct NearFact {
  std::size_t place = 0;           // of the fact's text
  double score = 0;                // the share of the sentence's words that the fact has, 0 … 1
  std::vector<std::string> words;  // of the sentence, folded, that the fact has, in their order
};

// The facts that share words with the sentence, at most `most`, best first; of equal ones the
// shorter, then the later.  Leaves out those that share less than a third of what the best one
// does.  Linear.
std::vector<NearFact> NearestFacts(const std::vector<std::string>& facts, std::string_view sentence,
                                   std::size_t most);

// For each statement: true if one line of MEMORY has at least two thirds of its words.  Reads the
// first 20,000 characters of MEMORY, so it is linear in the statements.
std::vector<bool> StandInMemory(const std::vector<std::string>& statements,
                                std::string_view memory_md);

}  // namespace soulprint
