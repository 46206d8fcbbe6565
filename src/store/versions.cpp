#include "store/versions.hpp"

#include <cstdint>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

// The parameters after $1 of a statement on these columns.
pg::Query& With(pg::Query& query, const PublishedProfile& profile) {
  query.Text(profile.memory_md);
  for (const auto& section : profile.sections) query.Text(section);
  return query.Text(profile.soulprint_text);
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

PublishedProfile CurrentProfile(const std::string& user_id) {
  const pg::Rows rows = AppQuery(R"(
    SELECT memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text
    FROM {profiles} WHERE user_id = $1)")
                            .Uuid(user_id)
                            .Run();
  return rows.empty() ? PublishedProfile() : ProfileFrom(rows.front(), 0);
}

PublishedProfile ReadVersion(const std::string& user_id, std::int64_t version) {
  const pg::Rows rows = OwnQuery(R"(
    SELECT memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text
    FROM soulprint.versions WHERE user_id = $1 AND version = $2)")
                            .Uuid(user_id)
                            .BigInt(version)
                            .Run();
  if (!rows.empty()) return ProfileFrom(rows.front(), 0);
  const std::string kept = OwnQuery(R"(
    SELECT string_agg(version::text, ', ' ORDER BY version)
    FROM soulprint.versions WHERE user_id = $1)")
                               .Uuid(user_id)
                               .Run()
                               .at(0)
                               .Text(0);
  throw Error(sqlstate::kNoDataFound,
              Format("version {} of the profile of user {} does not exist", version, user_id))
      .Hint(kept.empty() ? std::string("No earlier version is kept.")
                         : Format("These versions are kept: {}.", kept));
}

void KeepVersion(const std::string& user_id, const PublishedProfile& profile) {
  pg::Query insert = OwnQuery(R"(
    INSERT INTO soulprint.versions (user_id, version, memory_md, soul_md, identity_md, user_md,
                                    agents_md, tools_md, soulprint_text)
    SELECT $1, 1 + coalesce((SELECT max(version) FROM soulprint.versions WHERE user_id = $1), 0),
           $2, $3, $4, $5, $6, $7, $8
    WHERE num_nonnulls($2, $3, $4, $5, $6, $7, $8) > 0)");
  With(insert.Uuid(user_id), profile).Execute();
  OwnQuery(R"(
    DELETE FROM soulprint.versions
    WHERE user_id = $1
    AND version <= $2 + (SELECT max(version) FROM soulprint.versions WHERE user_id = $1))")
      .Uuid(user_id)
      .BigInt(-settings::keep_versions)
      .Execute();
}

bool IsWhole(const std::string& user_id) {
  return OwnQuery("SELECT FROM soulprint.full_passes WHERE user_id = $1 AND half_published")
             .Uuid(user_id)
             .Execute() == 0;
}

void MarkHalf(const std::string& user_id, std::int64_t pass_id) {
  MarkWhole(user_id);
  OwnQuery("UPDATE soulprint.full_passes SET half_published = true WHERE id = $1 AND user_id = $2")
      .BigInt(pass_id)
      .Uuid(user_id)
      .Execute();
}

void MarkWhole(const std::string& user_id) {
  OwnQuery(R"(
    UPDATE soulprint.full_passes SET half_published = false
    WHERE user_id = $1 AND half_published)")
      .Uuid(user_id)
      .Execute();
}

void RollBack(const std::string& user_id, std::int64_t version) {
  RequireProfile(user_id);
  // Locking the row needs the right to change it.
  const pg::Rows current = AppQuery(R"(
    SELECT memory_md, soul_md, identity_md, user_md, agents_md, tools_md, soulprint_text
    FROM {profiles} WHERE user_id = $1 FOR NO KEY UPDATE)")
                               .Uuid(user_id)
                               .Run();
  if (current.empty()) ThrowMayOnlySee(user_id);
  const PublishedProfile earlier = ReadVersion(user_id, version);
  if (IsWhole(user_id)) KeepVersion(user_id, ProfileFrom(current.front(), 0));
  MarkWhole(user_id);
  pg::Query update = AppQuery(R"(
    UPDATE {profiles}
    SET memory_md = $2, soul_md = $3, identity_md = $4, user_md = $5, agents_md = $6,
        tools_md = $7, soulprint_text = $8
    WHERE user_id = $1)");
  With(update.Uuid(user_id), earlier).Execute();
}

}  // namespace soulprint
