// What the assistants of an export keep about their user, of which it may hold many copies.

#pragma once

#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// Adds notes, cut at 256 KB, in place of a copy of the same source that is no newer.  Does nothing
// if they are blank: ChatGPT leaves its memory out of most conversations.
void KeepNotes(Notes notes, std::vector<Notes>* kept);

}  // namespace soulprint
