// Who holds what a worker has waited for in vain.

#pragma once

#include <string>

namespace soulprint {

// Who holds the user's profile, one of the application's tables, or another import of the user, in
// words: "process 1234", "prepared transaction \"x\""; "" if nobody does any more.  Opens
// transactions of its own; throws no Error but when it is interrupted.
std::string DescribeBlocker(const std::string& user_id);

}  // namespace soulprint
