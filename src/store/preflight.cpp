#include "store/preflight.hpp"

#include <algorithm>
#include <utility>

#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "store/app_statements.hpp"
#include "store/app_tables.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {

namespace {

constexpr const char* kUpdateHint =
    "Run ALTER EXTENSION soulprint UPDATE, or restart the server if it still runs an older "
    "library.";

// Errors that say nothing about a statement.
bool IsOfTheMoment(const SqlError& error) {
  if (error.sqlstate() == sqlstate::kLockNotAvailable) return true;
  const std::string state_class = error.sqlstate().substr(0, 2);
  return state_class == "40" || state_class == "53" || state_class == "57" || state_class == "58" ||
         state_class == "XX";
}

// The error of `look`, rolled back with the locks that it took; "" if there is none.
template <typename Look>
Problem Trial(Look look) {
  const pg::Subtransaction rolled_back;
  try {
    look();
  } catch (const SqlError& error) {
    if (IsOfTheMoment(error)) throw;
    return {error.what(), error.hint(), true};
  }
  return {};
}

// Passes over conversations that the application stored itself need none of these.
bool IsOfImports(const AppStatement* statement) {
  return statement == &app::kStoreConversation || statement == &app::kCompareConversation ||
         statement == &app::kListTalks || statement == &app::kSharesMessage ||
         statement == &app::kFindConversations || statement == &app::kDeleteConversation;
}

}  // namespace

std::optional<Problem> FindVersionProblem() {
  const pg::Rows rows =
      pg::Query("SELECT extversion FROM pg_extension WHERE extname = 'soulprint'").Run();
  if (rows.empty()) {
    return Problem{"extension soulprint is not installed in this database",
                   "Run CREATE EXTENSION soulprint.", true};
  }
  const std::string& version = rows.front().Text(0);
  if (version == kLibraryVersion) return std::nullopt;
  return Problem{Format("extension soulprint is of version {}, but its library is of version {}",
                        version, kLibraryVersion),
                 kUpdateHint, true};
}

std::vector<Problem> FindCatalogProblems() {
  if (const auto problem = FindVersionProblem()) return {*problem};
  std::vector<Problem> problems;
  const Problem failure = Trial([&] {
    for (const pg::Row& row :
         OwnQuery("SELECT problem, hint, stops_passes FROM soulprint.catalog_problems()").Run()) {
      problems.push_back({row.Text(0), row.Text(1), row.Bool(2)});
    }
  });
  if (!failure.message.empty()) problems.push_back({failure.message, kUpdateHint, true});
  return problems;
}

std::vector<Problem> FindStatementProblems() {
  std::vector<Problem> problems;
  for (const AppStatement* statement : app::kNeeded) {
    Problem problem =
        Trial([&] { AppQueryWithOptionalColumns(*statement).As(Worker()).Explain(); });
    problem.stops_passes = problem.stops_passes && !IsOfImports(statement);
    if (problem.message.empty() ||
        std::any_of(problems.begin(), problems.end(),
                    [&](const Problem& known) { return known.message == problem.message; })) {
      continue;
    }
    if (problem.hint.empty()) {
      problem.hint =
          "Look at the policies, rules and privileges of the application's tables: "
          "soulprint_worker "
          "must be able to read and write them.";
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<Problem> FindProblems() {
  std::vector<Problem> problems = FindCatalogProblems();
  if (FirstObstacle(problems)) return problems;
  for (Problem& problem : FindStatementProblems()) problems.push_back(std::move(problem));
  return problems;
}

std::optional<Problem> FirstObstacle(const std::vector<Problem>& problems) {
  const auto first = std::find_if(problems.begin(), problems.end(),
                                  [](const Problem& problem) { return problem.stops_passes; });
  if (first == problems.end()) return std::nullopt;
  return *first;
}

std::optional<Problem> FindObstacle() {
  pg::Transaction transaction;
  LimitLockWait(kForAWhile);
  const std::vector<Problem> problems = FindProblems();
  transaction.Commit();
  return FirstObstacle(problems);
}

}  // namespace soulprint
