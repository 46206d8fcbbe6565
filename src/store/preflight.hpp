// The preflight: does anything keep passes from running in this database, or from being published?
// It is looked at before a pass is paid for, while passes wait, and by soulprint_setup().
//
//   pg::Transaction transaction;
//   for (const Problem& problem : FindCatalogProblems()) …

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace soulprint {

struct Problem {
  std::string message;  // a primary line: lower case, no full stop
  std::string hint;     // a sentence that says what to do
  bool stops_passes;    // false: a pass may succeed all the same
};

// default_version of soulprint.control.
inline constexpr const char* kLibraryVersion = "0.2.0";

// The extension is missing in this database, or of another version than this library, whichever is
// the newer one.  Nothing but pg_catalog may be read then.  Needs an open transaction.
std::optional<Problem> FindVersionProblem();

// What the catalogs say: role, privileges, policies, tables, columns, keys, the versions of library
// and extension, whether this database is served.  Reads pg_catalog only, so a superuser may call
// it; waits for no lock on the application's tables.  Needs an open transaction.  About 8 ms.
std::vector<Problem> FindCatalogProblems();

// What Postgres says to each statement of app::kNeeded, planned as soulprint_worker: types,
// columns, privileges, the key of ON CONFLICT.  The planner may run the application's code, as that
// role. Needs an open transaction; keeps no lock.  Throws what is not about the statement:
// Canceled, and an Error 55P03 when lock_timeout passes.  About 10 ms.
std::vector<Problem> FindStatementProblems();

// Both; those of the statements only if the catalogs show none that stops passes.
std::vector<Problem> FindProblems();

// The first that stops passes.
std::optional<Problem> FirstObstacle(const std::vector<Problem>& problems);

// The first of FindProblems that stops passes, in a transaction of its own.  Throws SqlError 55P03
// if somebody holds a lock for a second.
std::optional<Problem> FindObstacle();

}  // namespace soulprint
