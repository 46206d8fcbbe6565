// Erasing a user, conversations that were taken back, and rows of users who are gone.
//
// All of it needs an open transaction.

#pragma once

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

// Parts of these, and of what store/corrections.hpp does.
//
// Makes the profile pending.
inline constexpr const char* kRequestPass =
    "UPDATE {profiles} SET full_pass_status = 'pending' WHERE user_id = $1";

// Changes the profile with the rights of the current role.  Throws Error 42501 if it may not.
void RequireChange(const char* sql, const std::string& user_id);

// Erases what was made of all conversations together, and earlier profiles.
void EraseConclusions(const std::string& user_id);

// Returns a running pass to the queue and ends evaluations; their processes notice that and save
// nothing more.  Call it before anything is erased.  False if no pass runs.
bool RestartRunningPass(const std::string& user_id);

// Enqueues a pass; the profile that it replaces becomes no version.
void EnqueueAgain(const std::string& user_id);

}  // namespace soulprint
