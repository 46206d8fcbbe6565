// The application's tables in statements.
//
//   AppQuery(R"(
//     SELECT title FROM {conversations} WHERE user_id = $1)").Uuid(user_id).Run();
//
// What a worker sends is named in store/app_statements.hpp: AppQuery(app::kFindProfile).
//
// {profiles}, {conversations} and {chunks} stand for user_profiles, raw_conversations and
// conversation_chunks in soulprint.app_schema, qualified and quoted.

#pragma once

#include <string>

#include "pg/query.hpp"
#include "store/app_statements.hpp"

namespace soulprint {

// `text` with the names in place of the above: AppSql("{profiles}").  Each text is expanded once
// per process, so it must not carry values.
std::string AppSql(const std::string& text);

// A statement on the application's tables.
pg::Query AppQuery(const std::string& text);
pg::Query AppQuery(const AppStatement& statement);

// The same with optional columns of user_profiles: {column|text} stands for `text` if the table has
// that column, with a type that can take it, else for nothing.  Needs an open transaction.
pg::Query AppQueryWithOptionalColumns(const AppStatement& statement);

// From now on this process keeps to the present soulprint.app_schema.  For a worker: a pass must
// end in the tables in which it began.
void PinAppSchema();

// True if soulprint.app_schema was changed after PinAppSchema.
bool IsAppSchemaOutdated();

}  // namespace soulprint
