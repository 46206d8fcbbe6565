// Doing something as another role, the way a SECURITY DEFINER function does.
//
//   const pg::Rows rows = pg::AsRole("soulprint_worker", [] { return pg::Query("…").Run(); });

#pragma once

#include <cstdint>
#include <type_traits>

namespace soulprint::pg {

// The present role until End, or until the end of the transaction if it is never reached.
class RoleScope {
 public:
  // Takes on the role, with search_path pg_catalog, pg_temp, row security on, security-restricted:
  // what a policy or an index of somebody else's table runs cannot leave the role or leave anything
  // behind in the session.  Throws Error 42704 if the role does not exist.
  explicit RoleScope(const char* role);
  RoleScope(const RoleScope&) = delete;
  RoleScope& operator=(const RoleScope&) = delete;

  void End();

 private:
  std::uint32_t user_ = 0;  // Oid
  int context_ = 0;
  int settings_ = 0;
};

// What body gives, done as the role.  After an Error the transaction, or a subtransaction, must be
// rolled back: that returns to the caller's role.
template <typename Body>
auto AsRole(const char* role, Body body) {
  RoleScope scope(role);
  if constexpr (std::is_void_v<decltype(body())>) {
    body();
    scope.End();
  } else {
    auto result = body();
    scope.End();
    return result;
  }
}

}  // namespace soulprint::pg
