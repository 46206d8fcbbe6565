// Erasing a user, conversations that were taken back, one fact, and rows of users who are gone.
//
// All of it needs an open transaction.

#pragma once

#include <cstdint>
#include <string>

namespace soulprint {

// Erases all rows of the user in schema soulprint.  Ends a running pass: its worker writes nothing
// more.
void EraseUser(const std::string& user_id);

// Erases everything derived from conversations that are no longer stored: their replies and chunks,
// the facts that name them, and the replies and earlier profiles that were made of all
// conversations.  False if there was nothing.
bool EraseLearnedFromGone(const std::string& user_id);

// Does the same after conversations were taken back.  If there was anything, or if a pass runs,
// which may have read them, it requests a new pass; if nothing is left to read it empties the
// profile.
void Unlearn(const std::string& user_id);

// Erases the replies about conversations that are no longer stored, and the replies that were made
// of all conversations before the running pass.
void EraseRepliesOfGone(const std::string& user_id);

// Erases users without a profile, among some 1,000 users of schema soulprint from a random one on.
// Does nothing if soulprint_worker may not see all profiles.
void EraseUsersWithoutProfile();

// Erases a user who has no profile; does nothing if there is one.  Every role may call it, so a
// hidden profile must not pass for a deleted one: throws Error 55000 if soulprint_worker may not
// see all profiles.
void EraseDeletedUser(const std::string& user_id);

// Empties the profile with the rights of the current role and erases the user as EraseUser does.
// Throws Error as RequireProfile does, 42501 if the role may not change the profile.
void Forget(const std::string& user_id);

// Erases a published fact and the replies and versions that contain it, keeps later passes from
// publishing it again, and requests a pass.  Throws Error as Forget does, P0002 if there is no such
// fact, 55000 if the user has nothing to read.
void ForgetFact(const std::string& user_id, std::int64_t fact_id);

}  // namespace soulprint
