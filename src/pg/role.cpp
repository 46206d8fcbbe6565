// The user id, the security context and a nesting level of settings, saved and restored.

#include "pg/role.hpp"

#include <utility>

#include "pg/call.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

RoleScope::RoleScope(const char* role) {
  Call([&] {
    const Oid taken_on = get_role_oid(role, false);
    GetUserIdAndSecContext(&user_, &context_);
    settings_ = NewGUCNestLevel();
    SetUserIdAndSecContext(taken_on,
                           context_ | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    for (const auto& [name, value] :
         {std::pair("search_path", "pg_catalog, pg_temp"), std::pair("row_security", "on")}) {
      set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    }
  });
}

void RoleScope::End() {
  Call([&] {
    AtEOXact_GUC(false, settings_);
    SetUserIdAndSecContext(user_, context_);
  });
}

}  // namespace soulprint::pg
