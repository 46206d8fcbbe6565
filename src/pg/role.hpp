// Doing something as another role, the way a SECURITY DEFINER function does.
//
//   const pg::Rows rows = pg::AsRole(worker, [] { return pg::Query("…").Run(); });

#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace soulprint::pg {

using RoleId = std::uint32_t;  // Oid

// The role of this name.  Throws Error 42704 if it does not exist.
RoleId RoleByName(const char* name);

// The owner of a table, sequence or view.  Throws Error 42P01 if it does not exist.
RoleId OwnerOf(const char* schema, const char* relation);

// A role and the search_path of what runs as it.
struct Role {
  RoleId id = 0;
  std::string search_path;
};

// Postgres's own names only.
inline constexpr const char* kSafeSearchPath = "pg_catalog, pg_temp";

// Another search_path until End, or until the end of the transaction.
class SearchPathScope {
 public:
  explicit SearchPathScope(const char* search_path);
  SearchPathScope(const SearchPathScope&) = delete;
  SearchPathScope& operator=(const SearchPathScope&) = delete;

  void End();

 private:
  int settings_ = 0;
};

// Another current role until End, or until the end of the transaction.
class RoleScope {
 public:
  // Takes on the role, with its search_path, row security on, security-restricted: code that a
  // policy or an index of a table runs cannot leave the role, and leaves nothing behind in the
  // session.
  explicit RoleScope(const Role& role);
  RoleScope(const RoleScope&) = delete;
  RoleScope& operator=(const RoleScope&) = delete;

  void End();

 private:
  RoleId user_ = 0;
  int context_ = 0;
  int settings_ = 0;
};

// The result of body, run as the role.  After an Error the transaction, or a subtransaction, must
// be rolled back: that returns to the caller's role.
template <typename Body>
auto AsRole(const Role& role, Body body) {
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
