// The titles of a user's conversations, for those who ask about a profile.

#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace soulprint {

// By conversation_id; nullopt = NULL.
using Titles = std::unordered_map<std::string, std::optional<std::string>>;

// The titles of these conversations as far as the current role may read them: none without the
// privilege to read the table.  Needs an open transaction.
Titles ReadTitles(const std::string& user_id, std::vector<std::string> conversation_ids);

// nullopt also for one that is not there.
std::optional<std::string> TitleIn(const Titles& titles, const std::string& conversation_id);

}  // namespace soulprint
