// The words after a verb ──► its objects: "hiking, chess and going for a run" are three.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "offline/words.hpp"

namespace soulprint {

// The end of the clause that words[at] is in: before "but", "because", ", which", "and I", a mark …
std::size_t ClauseEnd(const Sentence& sentence, std::size_t at);

// The things in the list at words[at], in the third person.  Leaves out words that name nothing by
// themselves ("it", "your advice", "the plot").
std::vector<std::string> ReadObjects(const Sentence& sentence, std::size_t at);

// Words [at, end) as one thing; "" if they name nothing or are too many.
std::string ReadObject(const Sentence& sentence, std::size_t at, std::size_t end);

// A key that all forms of the same thing share: "playing the piano" and "piano".
std::string ThingKey(const std::string& thing);

}  // namespace soulprint
