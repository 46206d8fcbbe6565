// The material of memory and reduce questions ──► MEMORY, or fewer facts.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// MEMORY for {"facts":{…five categories…}}: the newest facts first; of facts about the same thing
// only the strongest.  Throws Error 22P02 when the material is not that document.
std::string AnswerMemory(std::string_view material);

// The same document with equal facts merged in the newest wording; each item lists in "from" the
// ids of the facts it replaces.  Throws as AnswerMemory does.
std::string AnswerReduce(std::string_view material);

}  // namespace soulprint
