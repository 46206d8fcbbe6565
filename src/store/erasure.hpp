// Forgetting: a whole user, conversations, one fact, and what no user is left for.
//
// All of it needs an open transaction.

#pragma once

#include <cstdint>
#include <string>

namespace soulprint {

// Erases everything that schema soulprint holds of the user and ends a pass that runs: its worker
// writes nothing more.
void EraseUser(const std::string& user_id);

// Erases what was learned from conversations that are no longer stored: their answers and chunks,
// the facts that name them, and the answers and earlier profiles that were made of all
// conversations. True if anything was.
bool EraseLearnedFromGone(const std::string& user_id);

// The same after conversations were taken back, and asks for a pass if there was anything, or if a
// pass runs, which may have read them: that begins anew.  If nothing is left to read, the profile
// is emptied.
void Unlearn(const std::string& user_id);

// Erases the answers about conversations that are no longer stored, and what was concluded from
// them before the pass that runs.
void EraseRepliesOfGone(const std::string& user_id);

// Erases users who have no profile any more: looks at 1,000 users of schema soulprint from a random
// one on.  Does nothing where soulprint_worker may not see all profiles.
void EraseUsersWithoutProfile();

// Erases a user who has no profile; does nothing if there is one.  Every role may call it, so a
// hidden profile must not pass for a deleted one: throws Error 55000 if soulprint_worker may not
// see all profiles.
void EraseDeletedUser(const std::string& user_id);

// Empties the profile with the rights of the present role and erases the user as EraseUser does.
// Throws Error as RequireProfile does, 42501 if the role may not change the profile.
void Forget(const std::string& user_id);

// Erases a published fact and what was concluded from it, keeps later passes from publishing it
// again, and requests a pass.  Throws Error as Forget does, P0002 if there is no such fact, 55000
// if no conversation is left to make a profile of.
void ForgetFact(const std::string& user_id, std::int64_t fact_id);

}  // namespace soulprint
