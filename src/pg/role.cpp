// The user id, the security context and a nesting level of settings, saved and restored.

#include "pg/role.hpp"

#include "pg/call.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

namespace {

// Until the end of the present nesting level of settings.
void Set(const char* name, const char* value) {
  set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

}  // namespace

RoleId RoleByName(const char* name) {
  return Call([&] { return get_role_oid(name, false); });
}

RoleId OwnerOf(const char* schema, const char* relation) {
  const RoleId owner = Call([&]() -> Oid {
    const Oid id = get_relname_relid(relation, get_namespace_oid(schema, true));
    HeapTuple const tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(id));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid found = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return found;
  });
  if (owner != InvalidOid) return owner;
  throw Error(sqlstate::kUndefinedTable,
              Format("relation \"{}.{}\" does not exist", schema, relation));
}

SearchPathScope::SearchPathScope(const char* search_path) {
  Call([&] {
    settings_ = NewGUCNestLevel();
    Set("search_path", search_path);
  });
}

void SearchPathScope::End() {
  Call([&] { AtEOXact_GUC(false, settings_); });
}

RoleScope::RoleScope(const Role& role) {
  Call([&] {
    GetUserIdAndSecContext(&user_, &context_);
    settings_ = NewGUCNestLevel();
    SetUserIdAndSecContext(role.id,
                           context_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    Set("search_path", role.search_path.c_str());
    Set("row_security", "on");
  });
}

void RoleScope::End() {
  Call([&] {
    AtEOXact_GUC(false, settings_);
    SetUserIdAndSecContext(user_, context_);
  });
}

}  // namespace soulprint::pg
