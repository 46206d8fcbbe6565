#include "store/constraints.hpp"

#include <string>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "store/app_tables.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

void CheckConstraintsAtOnce(const char* table) {
  const std::string constraints = pg::Query(R"(
        SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ')
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE c.condeferrable AND has_schema_privilege(n.oid, 'USAGE')
        -- SET CONSTRAINTS takes all of this name; those of other tables are none of ours.
        AND NOT EXISTS (SELECT FROM pg_constraint o
                        WHERE o.conname = c.conname AND o.connamespace = c.connamespace
                        AND o.condeferrable AND o.conrelid <> c.conrelid
                        AND o.conparentid <> c.oid AND c.conparentid = 0)
        AND (to_regclass($1) IN (c.conrelid, c.confrelid)
             OR c.conrelid IN (SELECT relid FROM pg_partition_tree(to_regclass($1)))))")
                                      .Text(AppSql(table))
                                      .Run()
                                      .at(0)
                                      .Text(0);
  if (constraints.empty()) return;
  const std::string sql = "SET CONSTRAINTS " + constraints + " IMMEDIATE";
  // Triggers that it sets off see the application's search_path.
  pg::Call([&] {
    SPI_connect();
    SPI_execute(sql.c_str(), false, 0);
    SPI_finish();
  });
}

}  // namespace soulprint
