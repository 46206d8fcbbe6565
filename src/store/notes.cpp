#include "store/notes.hpp"

#include "pg/query.hpp"
#include "settings.hpp"
#include "store/identity.hpp"

namespace soulprint {

void StoreNotes(const std::string& user_id, const std::vector<Notes>& all) {
  if (!settings::import_memories) return;
  for (const Notes& notes : all) {
    OwnQuery(R"(
      INSERT INTO soulprint.memories AS m (user_id, source, content, noted_at)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (user_id, source) DO UPDATE
      SET content = excluded.content, noted_at = excluded.noted_at,
          imported_at = CASE WHEN m.content = excluded.content THEN m.imported_at
                             ELSE excluded.imported_at END
      WHERE m.noted_at <= excluded.noted_at
      AND (m.content, m.noted_at) <> (excluded.content, excluded.noted_at))")
        .Uuid(user_id)
        .Text(notes.source)
        .Text(notes.text)
        .Timestamp(notes.at)
        .Execute();
  }
}

std::vector<Notes> StoredNotes(const std::string& user_id) {
  std::vector<Notes> all;
  if (!settings::import_memories) return all;
  for (const pg::Row& row : OwnQuery(R"(
         SELECT source, content, noted_at FROM soulprint.memories WHERE user_id = $1
         ORDER BY source COLLATE "C")")
                                .Uuid(user_id)
                                .Run()) {
    all.push_back({row.Text(0), row.Text(1), row.Timestamp(2)});
  }
  return all;
}

bool HasNotes(const std::string& user_id) {
  return settings::import_memories &&
         OwnQuery("SELECT FROM soulprint.memories WHERE user_id = $1").Uuid(user_id).Execute() > 0;
}

}  // namespace soulprint
