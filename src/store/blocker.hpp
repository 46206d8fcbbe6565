// Who holds the lock that a worker waited for in vain.

#pragma once

#include <string>

namespace soulprint {

// The holder of a lock on the user's profile, on one of the tables, those of Vault too, or on
// imports of the user, in words: "process 1234", "prepared transaction \"x\""; "" if there is none
// any more.  Opens transactions of its own.  Throws nothing but Canceled.
std::string DescribeBlocker(const std::string& user_id);

}  // namespace soulprint
