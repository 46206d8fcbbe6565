// The profile of a user as it is published, and those that were published earlier.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pg/query.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The profile in seven columns of a row, in the order memory_md, soul_md, identity_md, user_md,
// agents_md, tools_md, soulprint_text; `from` is the first of them.
PublishedProfile ProfileFrom(const pg::Row& row, std::size_t from);

// The profile as the current role sees it; all NULL if it sees none.  Needs an open transaction.
PublishedProfile CurrentProfile(const std::string& user_id);

// Keeps a profile that is about to be replaced as the user's newest version, unless all of it is
// NULL; deletes versions beyond soulprint.keep_versions.  Needs an open transaction.
void KeepVersion(const std::string& user_id, const PublishedProfile& profile);

// A profile is whole unless it has new MEMORY over older sections.  MarkHalf: this pass makes it
// so; MarkWhole: it is replaced as a whole.  They need an open transaction in which the profile is
// locked.
bool IsWhole(const std::string& user_id);
void MarkHalf(const std::string& user_id, std::int64_t pass_id);
void MarkWhole(const std::string& user_id);

// An earlier version.  Throws Error P0002 if there is none of this number.
PublishedProfile ReadVersion(const std::string& user_id, std::int64_t version);

// Publishes an earlier version again with the rights of the current role; keeps the current profile
// as the newest version if it is whole.  Throws Error as RequireProfile does, 42501 if the role may
// not change the profile, P0002 if there is no such version.  Needs an open transaction.
void RollBack(const std::string& user_id, std::int64_t version);

}  // namespace soulprint
