// Plans of statements, kept for the session.
//
// Plans do not depend on statistics (doc/architecture.md, "Processes"); the rows that EXPLAIN and
// auto_explain estimate mean nothing.
//
// Postgres keeps plans, too, but analyzes a statement again with the search_path of that moment,
// where somebody may have put operators of his own.  Here names are looked up with the safe
// search_path only.  Planning sees the application's: it runs functions of policies and indexes.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pg/postgres.hpp"

namespace soulprint::pg {

struct Plans {
  List* list;                   // of the statement and of what the application's rules made of it
  std::shared_ptr<void> owner;  // keeps the list, nullptr = it lies in the current context
};

// The plans of a statement that reads or writes rows, with the locks that they need.  Throws Error
// XX000 if it is of another kind, SqlError.
Plans PlansOf(const std::string& sql, const std::vector<Oid>& types, ParamListInfo params);

// The same, made anew for these parameters (nullptr = for any).
List* MakePlans(const std::string& sql, const std::vector<Oid>& types, ParamListInfo params);

}  // namespace soulprint::pg
