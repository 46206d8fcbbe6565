// Who a statement runs as.  Two identities keep apart what belongs to whom:
//
//   soulprint_worker   reads and writes the application's tables, and has no right in schema
//                      soulprint.  Whatever triggers, policies and indexes of those tables run,
//                      runs as it.
//   the owner          of schema soulprint's tables, who installed the extension.  Statements as
//   the
//                      owner name nothing but these tables and pg_catalog, so that they run no code
//                      of anybody else's.

#pragma once

#include <string>

#include "pg/query.hpp"
#include "pg/role.hpp"

namespace soulprint {

inline constexpr const char* kWorkerRole = "soulprint_worker";

// soulprint_worker.  Throws Error 42704 if the role does not exist.
pg::RoleId Worker();

// A statement on tables of schema soulprint, to be run as their owner.  It must name no other
// relation, and no function but pg_catalog's and soulprint's.  Throws Error 42P01 if the extension
// is not there.
pg::Query OwnQuery(std::string sql);

}  // namespace soulprint
