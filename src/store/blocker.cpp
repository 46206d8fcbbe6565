#include "store/blocker.hpp"

#include <functional>

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

// The holder in the first of these rows of pg_locks (pid, virtualtransaction), in words; "" if
// there is none.  A prepared transaction has no process.
std::string Describe(const pg::Rows& locks) {
  if (locks.empty()) return {};
  const pg::Row& lock = locks.front();
  if (!lock.IsNull(0)) return Format("process {}", lock.BigInt(0));
  const pg::Rows prepared = OwnQuery(R"(
    SELECT quote_ident(x.gid) FROM pg_prepared_xacts x
    JOIN pg_locks l ON l.locktype = 'transactionid' AND l.transactionid = x.transaction
    WHERE l.pid IS NULL AND l.virtualtransaction = $1)")
                                .Text(lock.Text(1))
                                .Run();
  return prepared.empty() ? "" : Format("prepared transaction {}", prepared.front().Text(0));
}

// The holder of a lock on a table, or a process that waits for one: others queue up behind it.
std::string HolderOfTable() {
  return Describe(OwnQuery(R"(
    SELECT l.pid, l.virtualtransaction FROM pg_locks l
    WHERE l.pid IS DISTINCT FROM pg_backend_pid() AND l.locktype = 'relation'
    AND (l.relation IN (SELECT p.relid FROM unnest(ARRAY[$1, $2, $3]) AS t (name),
                                            pg_partition_tree(to_regclass(t.name)) AS p
                        UNION SELECT to_regclass(n) FROM unnest(ARRAY[$1, $2, $3]) AS n)
         OR l.relation IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                           WHERE nspname IN ('soulprint', 'vault')))
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    ORDER BY l.granted DESC LIMIT 1)")
                      .Text(AppSql("{profiles}"))
                      .Text(AppSql("{conversations}"))
                      .Text(AppSql("{chunks}"))
                      .Run());
}

std::string HolderOfImport(const std::string& user_id) {
  const ImportLock lock = ImportLockOf(user_id);
  return Describe(OwnQuery(R"(
    SELECT l.pid, l.virtualtransaction FROM pg_locks l
    WHERE l.pid IS DISTINCT FROM pg_backend_pid() AND l.granted AND l.locktype = 'advisory'
    AND l.objsubid = $1 AND l.classid::bigint = $2 AND l.objid::bigint = $3 LIMIT 1)")
                      .BigInt(kImportLockClass)
                      .BigInt(lock.high)
                      .BigInt(lock.low)
                      .Run());
}

// The row's xmax is its holder's transaction, or a multixact of several.
std::string HolderOfRow(const std::string& user_id, const char* sql) {
  const pg::Rows row = AppQuery(app::kReadLocker).Uuid(user_id).As(Worker()).Run();
  if (row.empty()) return {};
  return Describe(OwnQuery(sql).Text(row.front().Text(0)).Run());
}

constexpr const char* kHolderOfTransaction = R"(
  SELECT l.pid, l.virtualtransaction FROM pg_locks l
  WHERE l.pid IS DISTINCT FROM pg_backend_pid() AND l.granted AND l.locktype = 'transactionid'
  AND l.transactionid::text = $1 LIMIT 1)";
constexpr const char* kHolderOfMultixact = R"(
  SELECT l.pid, l.virtualtransaction FROM pg_locks l
  WHERE l.pid IS DISTINCT FROM pg_backend_pid() AND l.granted AND l.locktype = 'transactionid'
  AND l.transactionid::text IN (SELECT xid::text FROM pg_get_multixact_members($1::xid)) LIMIT 1)";

// The result of `look`; "" if it fails.
std::string Try(const std::function<std::string()>& look) {
  try {
    return pg::InTransaction(look);
  } catch (const Canceled&) {
    throw;
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

std::string DescribeBlocker(const std::string& user_id) {
  std::string holder = Try(HolderOfTable);
  if (holder.empty()) holder = Try([&] { return HolderOfImport(user_id); });
  if (holder.empty()) holder = Try([&] { return HolderOfRow(user_id, kHolderOfTransaction); });
  if (holder.empty()) holder = Try([&] { return HolderOfRow(user_id, kHolderOfMultixact); });
  return holder;
}

}  // namespace soulprint
