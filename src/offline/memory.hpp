// The material of memory, reduce and changes questions ──► MEMORY, fewer facts, what overtakes
// what.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// MEMORY for {"facts":{…six categories…}}: what tells most about the user, each thing once, without
// what later words have overtaken.  All three throw Error 22P02 when the material is no such
// document.
std::string AnswerMemory(std::string_view material);

// At most half of the facts, the best; each item lists in "from" the ids of the facts that it
// stands for.
std::string AnswerReduce(std::string_view material);

// {"superseded":[{"id":3,"by":7},…]}: by name, home, job, partner and diet, and by what the user
// says to have ended.
std::string AnswerChanges(std::string_view material);

}  // namespace soulprint
