#include "store/identity.hpp"

#include <utility>

namespace soulprint {

pg::RoleId Worker() { return pg::RoleByName(kWorkerRole); }

pg::Query OwnQuery(std::string sql) {
  pg::Query query(std::move(sql));
  query.As(pg::OwnerOf("soulprint", "full_passes"));
  return query;
}

}  // namespace soulprint
