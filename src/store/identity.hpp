// The roles that statements run as (doc/security.md).
//
//   soulprint_worker   reads and writes the application's tables and has no right in schema
//                      soulprint.  The triggers, policies and indexes of those tables run as it,
//                      with the search_path that the database gives to the role.
//   the owner          of schema soulprint's tables is the role that installed the extension.  Its
//                      statements name only these tables and pg_catalog, so they run nobody else's
//                      code.

#pragma once

#include <string>

#include "pg/query.hpp"
#include "pg/role.hpp"

namespace soulprint {

inline constexpr const char* kWorkerRole = "soulprint_worker";

// For a worker's session: the search_path that the database gave to it, after soulprint.app_schema
// if that is not in it.  Needs no transaction.
std::string WorkerSearchPath();

// soulprint_worker with this path.  In another session the path is looked up once, and ends in
// pg_temp: that session's temporary objects must not stand in for the application's.  Throws Error
// 42704 if the role does not exist.
pg::Role Worker();

// A statement on tables of schema soulprint that runs as their owner, with pg::kSafeSearchPath.  It
// must name no other relation, and no function but those of pg_catalog and soulprint.  Throws Error
// 42P01 if the extension is not installed.
pg::Query OwnQuery(std::string sql);

}  // namespace soulprint
