#include "store/titles.hpp"

#include <utility>

#include "pg/query.hpp"
#include "store/app_tables.hpp"

namespace soulprint {

Titles ReadTitles(const std::string& user_id, std::vector<std::string> conversation_ids) {
  Titles titles;
  const bool may_read = pg::Query(R"(
           SELECT has_column_privilege(c, 'user_id', 'SELECT')
                  AND has_column_privilege(c, 'conversation_id', 'SELECT')
                  AND has_column_privilege(c, 'title', 'SELECT')
           FROM to_regclass($1) AS c)")
                            .Text(AppSql("{conversations}"))
                            .Run()
                            .at(0)
                            .Bool(0);
  if (!may_read) return titles;
  for (const pg::Row& row : AppQuery(R"(
         SELECT conversation_id, title FROM {conversations}
         WHERE user_id = $1 AND conversation_id = ANY ($2))")
                                .Uuid(user_id)
                                .TextArray(std::move(conversation_ids))
                                .Run()) {
    titles[row.Text(0)] = row.TextOrNull(1);
  }
  return titles;
}

std::optional<std::string> TitleIn(const Titles& titles, const std::string& conversation_id) {
  const auto title = titles.find(conversation_id);
  return title == titles.end() ? std::nullopt : title->second;
}

}  // namespace soulprint
