// Forgetting: a whole user, one conversation, one fact, and what no user is left for.
//
// All of it needs an open transaction.

#pragma once

#include <string>

namespace soulprint {

// Erases everything that schema soulprint holds of the user and ends a pass that runs: its worker
// writes nothing more.
void EraseUser(const std::string& user_id);

// Erases what was learned from a conversation that is gone: its answers and chunks, the facts that
// name it, and the answers and earlier profiles that were made of all conversations.  True if
// anything was.
bool EraseConversation(const std::string& user_id, const std::string& conversation_id);

// Asks for a pass, as soulprint_worker, if the profile has been through one before.  A pass that
// runs begins anew.
void AskAnew(const std::string& user_id);

// Erases users who have no profile any more: looks at 1,000 users of schema soulprint from a random
// one on.  Does nothing where soulprint_worker may not see all profiles.
void EraseUsersWithoutProfile();

}  // namespace soulprint
