// Words after a verb ──► the things it is said of: "hiking, chess and going for a run" are three.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "offline/words.hpp"

namespace soulprint {

// The end of the clause that words[at] is in: before "but", "because", ", which", "and I", a mark …
std::size_t ClauseEnd(const Sentence& sentence, std::size_t at);

// The things in the list at words[at], told in the third person.  What names nothing by itself
// ("it", "your advice", "the plot") is left out.
std::vector<std::string> ReadObjects(const Sentence& sentence, std::size_t at);

// The same for words [at, end) that are one thing, "" if it names nothing or is too long.
std::string ReadObject(const Sentence& sentence, std::size_t at, std::size_t end);

// "a" and "b" as a key that other forms of the same thing have too: playing the piano = piano.
std::string ThingKey(const std::string& thing);

}  // namespace soulprint
