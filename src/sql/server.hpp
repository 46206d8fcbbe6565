// The server as SQL sees it.

#pragma once

#include <optional>
#include <string>

namespace soulprint {

// Why no launcher runs the passes of the current database, nullopt if one does.
std::optional<std::string> UnservedReason();

}  // namespace soulprint
