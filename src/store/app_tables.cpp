#include "store/app_tables.hpp"

#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "pg/call.hpp"
#include "settings.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

constexpr std::array<std::pair<std::string_view, const char*>, 3> kTables = {
    {{"{profiles}", "user_profiles"},
     {"{conversations}", "raw_conversations"},
     {"{chunks}", "conversation_chunks"}}};

// The schema, and the statements that were expanded with it.
struct Expanded {
  std::string schema;
  bool pinned = false;
  std::unordered_map<std::string, std::string> statements;
};

Expanded& ThisProcess() {
  static auto& expanded = *new Expanded;
  return expanded;
}

std::string Qualified(const std::string& schema, const char* table) {
  char* const quoted = pg::Call([&] { return quote_qualified_identifier(schema.c_str(), table); });
  std::string text = quoted;
  // A worker gets here outside of transactions, in memory that stays.
  pfree(quoted);
  return text;
}

std::string Expand(std::string sql, const std::string& schema) {
  for (const auto& [place, table] : kTables) {
    const std::string name = Qualified(schema, table);
    for (std::size_t at = 0; (at = sql.find(place, at)) != std::string::npos; at += name.size()) {
      sql.replace(at, place.size(), name);
    }
  }
  return sql;
}

// Those that can take what is written into optional columns.
std::set<std::string> ProfileColumns() {
  std::set<std::string> columns;
  for (const pg::Row& row : pg::Query(R"(
         SELECT a.attname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND a.attgenerated = ''
         AND t.typcategory = CASE a.attname WHEN 'updated_at' THEN 'D'
                                            WHEN 'full_pass_percent' THEN 'N' ELSE 'S' END)")
                                .Text(AppSql("{profiles}"))
                                .Run()) {
    columns.insert(row.Text(0));
  }
  return columns;
}

}  // namespace

std::string AppSql(const std::string& text) {
  Expanded& expanded = ThisProcess();
  if (!expanded.pinned && expanded.schema != settings::app_schema) {
    expanded.schema = settings::app_schema;
    expanded.statements.clear();
  }
  const auto known = expanded.statements.find(text);
  if (known != expanded.statements.end()) return known->second;
  return expanded.statements.emplace(text, Expand(text, expanded.schema)).first->second;
}

pg::Query AppQuery(const std::string& text) { return pg::Query(AppSql(text)); }

pg::Query AppQuery(const AppStatement& statement) {
  return pg::Query(AppSql(statement.text), statement.parameters);
}

pg::Query AppQueryWithOptionalColumns(const AppStatement& statement) {
  const std::set<std::string> columns = ProfileColumns();
  std::string sql = statement.text;
  for (std::size_t bar = 0; (bar = sql.find('|')) != std::string::npos;) {
    const std::size_t begin = sql.rfind('{', bar);
    const std::size_t end = sql.find('}', bar);
    const std::string column = sql.substr(begin + 1, bar - begin - 1);
    const std::string part = sql.substr(bar + 1, end - bar - 1);
    sql.replace(begin, end + 1 - begin, columns.contains(column) ? part : "");
  }
  return pg::Query(AppSql(sql), statement.parameters);
}

void PinAppSchema() {
  AppSql("{profiles}");
  ThisProcess().pinned = true;
}

bool IsAppSchemaOutdated() {
  return ThisProcess().pinned && ThisProcess().schema != settings::app_schema;
}

}  // namespace soulprint
