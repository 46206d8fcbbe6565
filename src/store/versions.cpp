#include "store/versions.hpp"

#include <cstdint>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "util/error.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// The parameters after $1 of a statement on these columns.
pg::Query& With(pg::Query& query, const PublishedProfile& profile) {
  query.Text(profile.memory_md);
  for (const auto& section : profile.sections) query.Text(section);
  return query.Text(profile.soulprint_text);
}

PublishedProfile Version(const std::string& user_id, std::int64_t version) {
  const std::string of_user = " FROM soulprint.versions WHERE user_id = $1";
  const pg::Rows rows =
      OwnQuery(std::string("SELECT ") + kPublishedColumns + of_user + " AND version = $2")
          .Uuid(user_id)
          .BigInt(version)
          .Run();
  if (!rows.empty()) return ProfileFrom(rows.front(), 0);
  const std::string kept =
      OwnQuery("SELECT string_agg(version::text, ', ' ORDER BY version)" + of_user)
          .Uuid(user_id)
          .Run()
          .at(0)
          .Text(0);
  throw Error("P0002",
              "version " + std::to_string(version) + " of the profile of user " + user_id +
                  " does not exist",
              {},
              kept.empty() ? "No earlier version is kept." : "Kept are the versions " + kept + ".");
}

}  // namespace

PublishedProfile ProfileFrom(const pg::Row& row, std::size_t from) {
  PublishedProfile profile;
  profile.memory_md = row.TextOrNull(from);
  for (std::size_t i = 0; i < profile.sections.size(); ++i) {
    profile.sections[i] = row.TextOrNull(from + 1 + i);
  }
  profile.soulprint_text = row.TextOrNull(from + 6);
  return profile;
}

void KeepVersion(const std::string& user_id, const PublishedProfile& profile) {
  pg::Query insert = OwnQuery(
      std::string("INSERT INTO soulprint.versions (user_id, version, ") + kPublishedColumns +
      ") SELECT $1, 1 + coalesce((SELECT max(version) FROM soulprint.versions WHERE user_id = $1), "
      "0), $2, $3, $4, $5, $6, $7, $8 WHERE num_nonnulls($2, $3, $4, $5, $6, $7, $8) > 0");
  With(insert.Uuid(user_id), profile).Execute();
  OwnQuery(
      "DELETE FROM soulprint.versions WHERE user_id = $1 AND version <= $2 +"
      " (SELECT max(version) FROM soulprint.versions WHERE user_id = $1)")
      .Uuid(user_id)
      .BigInt(-settings::keep_versions)
      .Execute();
}

void RollBack(const std::string& user_id, std::int64_t version) {
  RequireProfile(user_id);
  const std::string profiles = settings::AppTable("user_profiles");
  // Locking the row needs the right to change it.
  const pg::Rows present = pg::Query(std::string("SELECT ") + kPublishedColumns + " FROM " +
                                     profiles + " WHERE user_id = $1 FOR NO KEY UPDATE")
                               .Uuid(user_id)
                               .Run();
  if (present.empty()) {
    throw Error(sqlstate::kInsufficientPrivilege,
                "permission denied to change the profile of user " + user_id,
                "The row security of user_profiles lets the current role see it only.");
  }
  const PublishedProfile earlier = Version(user_id, version);
  KeepVersion(user_id, ProfileFrom(present.front(), 0));
  pg::Query update("UPDATE " + profiles +
                   " SET memory_md = $2, soul_md = $3, identity_md = $4, user_md = $5,"
                   " agents_md = $6, tools_md = $7, soulprint_text = $8 WHERE user_id = $1");
  With(update.Uuid(user_id), earlier).Execute();
}

}  // namespace soulprint
