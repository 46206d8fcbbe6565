// Notes that other assistants keep about the user ──► excerpts, each for a question of its own
// (doc/behavior.md, "Notes of other assistants").

#pragma once

#include <vector>

#include "pipeline/excerpt.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// In order, each excerpt from one source and of about 8,000 characters.  A line that begins with a
// day ("3. [2024-05-01]. …") begins a span, which has that day in place of these words; a span
// before the first of them has the time of the notes.
std::vector<Excerpt> NotesToExcerpts(const std::vector<Notes>& all);

}  // namespace soulprint
