// SHA-256 by Postgres's own library.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace soulprint::pg {

// Of all parts together, as 64 hex digits.  Needs an open transaction.
std::string Sha256(std::initializer_list<std::string_view> parts);

}  // namespace soulprint::pg
