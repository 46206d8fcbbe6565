// The rows of soulprint.memories.
//
// All of it needs an open transaction.

#pragma once

#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// Replaces what is stored of each source, unless that was in force later; an unknown time is before
// all others.  With soulprint.import_memories = off it stores nothing.
void StoreNotes(const std::string& user_id, const std::vector<Notes>& all);

// What passes read, by source: with soulprint.import_memories = off, nothing.
std::vector<Notes> StoredNotes(const std::string& user_id);

// True if there is something that passes read.
bool HasNotes(const std::string& user_id);

}  // namespace soulprint
