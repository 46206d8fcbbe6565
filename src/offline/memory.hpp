// The material of memory and reduce questions ──► MEMORY, or fewer facts.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// MEMORY for {"facts":{…five categories…}}, the newest facts first, of facts about the same thing
// the strongest.  Throws Error 22P02 when the material is not that document.
std::string AnswerMemory(std::string_view material);

// The same facts with equal ones merged, the newest wording kept; each item names in "from" the ids
// it stands for.  Throws as above.
std::string AnswerReduce(std::string_view material);

}  // namespace soulprint
