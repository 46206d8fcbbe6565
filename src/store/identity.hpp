// The roles that statements run as (doc/security.md).
//
//   soulprint_worker   reads and writes the application's tables and has no right in schema
//                      soulprint.  The triggers, policies and indexes of those tables run as it.
//   the owner          of schema soulprint's tables is the role that installed the extension.  Its
//                      statements name only these tables and pg_catalog, so they run nobody else's
//                      code.

#pragma once

#include <string>

#include "pg/query.hpp"
#include "pg/role.hpp"

namespace soulprint {

inline constexpr const char* kWorkerRole = "soulprint_worker";

// soulprint_worker.  Throws Error 42704 if the role does not exist.
pg::RoleId Worker();

// A statement on tables of schema soulprint that runs as their owner.  It must name no other
// relation, and no function but those of pg_catalog and soulprint.  Throws Error 42P01 if the
// extension is not installed.
pg::Query OwnQuery(std::string sql);

}  // namespace soulprint
