#include "store/blocker.hpp"

#include <functional>

#include "activity.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "settings.hpp"
#include "store/identity.hpp"
#include "store/locks.hpp"
#include "util/error.hpp"

namespace soulprint {

namespace {

// The holder of a lock as text: a prepared transaction has no process.
constexpr const char* kHolder =
    "SELECT coalesce('process ' || l.pid, 'prepared transaction ' ||"
    " quote_ident((SELECT x.gid FROM pg_prepared_xacts x, pg_locks t WHERE t.pid IS NULL"
    "  AND t.virtualtransaction = l.virtualtransaction AND t.locktype = 'transactionid'"
    "  AND t.transactionid = x.transaction)))"
    " FROM pg_locks l WHERE l.pid IS DISTINCT FROM pg_backend_pid() AND ";

std::string First(const pg::Rows& rows) { return rows.empty() ? "" : rows.front().Text(0); }

// Or who waits for such a lock: everybody else queues up behind.
std::string HolderOfTable() {
  return First(OwnQuery(std::string(kHolder) +
                        "l.locktype = 'relation' AND (l.relation = ANY (ARRAY[to_regclass($1)::oid,"
                        " to_regclass($2)::oid, to_regclass($3)::oid]) OR l.relation IN (SELECT oid"
                        " FROM pg_class WHERE relnamespace = 'soulprint'::regnamespace))"
                        " AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',"
                        " 'AccessExclusiveLock') ORDER BY l.granted DESC LIMIT 1")
                   .Text(settings::AppTable("user_profiles"))
                   .Text(settings::AppTable("raw_conversations"))
                   .Text(settings::AppTable("conversation_chunks"))
                   .Run());
}

std::string HolderOfImport(const std::string& user_id) {
  const ImportLock lock = ImportLockOf(user_id);
  return First(
      OwnQuery(
          std::string(kHolder) +
          "l.granted AND l.locktype = 'advisory' AND l.objsubid = $1 AND l.classid::bigint = $2"
          " AND l.objid::bigint = $3 LIMIT 1")
          .BigInt(kImportLockClass)
          .BigInt(lock.high)
          .BigInt(lock.low)
          .Run());
}

// The row's xmax is the holder's transaction, or stands for several.
std::string HolderOfRow(const std::string& user_id, bool several) {
  const std::string xmax = First(
      pg::Query("SELECT xmax FROM " + settings::AppTable("user_profiles") + " WHERE user_id = $1")
          .Uuid(user_id)
          .As(Worker())
          .Run());
  return First(
      OwnQuery(std::string(kHolder) +
               "l.granted AND l.locktype = 'transactionid' AND l.transactionid::text " +
               (several ? "IN (SELECT xid::text FROM pg_get_multixact_members($1::xid))" : "= $1") +
               " LIMIT 1")
          .Text(xmax)
          .Run());
}

// What the look gives; "" if it fails.
std::string Try(const std::function<std::string()>& look) {
  try {
    return pg::InTransaction(look);
  } catch (const Error&) {
    if (CancelRequested()) throw;
    return "";
  }
}

}  // namespace

std::string DescribeBlocker(const std::string& user_id) {
  std::string holder = Try(HolderOfTable);
  if (holder.empty()) holder = Try([&] { return HolderOfImport(user_id); });
  if (holder.empty()) holder = Try([&] { return HolderOfRow(user_id, false); });
  if (holder.empty()) holder = Try([&] { return HolderOfRow(user_id, true); });
  return holder;
}

}  // namespace soulprint
