// A conversation ──► statements of its user about themselves.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "offline/statement.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct Spoken {
  Role role = Role::kUser;
  std::string text;
};

struct SpokenConversation {
  std::string title;
  std::string date;  // "2024-03-20", or "unknown date"
  std::vector<Spoken> messages;
};

// The statements in the user's messages, in order; of equal statements only the first.
std::vector<Statement> ConversationToStatements(const SpokenConversation& conversation);

}  // namespace soulprint
