// The profiles of a user that were published earlier.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pg/query.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// A profile as it stands in user_profiles: memory_md, five sections, soulprint_text; nullopt =
// NULL.
struct PublishedProfile {
  std::optional<std::string> memory_md;
  StoredSections sections;
  std::optional<std::string> soulprint_text;
};

// The profile in seven columns of a row, in the order memory_md, soul_md, identity_md, user_md,
// agents_md, tools_md, soulprint_text; `from` is the first of them.
PublishedProfile ProfileFrom(const pg::Row& row, std::size_t from);

// Keeps a profile that is about to be replaced as the user's newest version, unless all of it is
// NULL; deletes versions beyond soulprint.keep_versions.  Needs an open transaction.
void KeepVersion(const std::string& user_id, const PublishedProfile& profile);

// Publishes an earlier version again with the rights of the current role; keeps the current profile
// as the newest version.  Throws Error as RequireProfile does, 42501 if the role may not change the
// profile, P0002 if there is no such version.  Needs an open transaction.
void RollBack(const std::string& user_id, std::int64_t version);

}  // namespace soulprint
