// The rows of soulprint.facts.

#pragma once

#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// Replaces the user's facts, in the open transaction.
void ReplaceFacts(const std::string& user_id, const std::vector<Fact>& facts);

}  // namespace soulprint
