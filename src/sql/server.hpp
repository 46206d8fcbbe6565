// The server as SQL sees it.

#pragma once

#include <optional>
#include <string>

namespace soulprint {

// True for template0 and template1: a launcher that is connected to one of them would keep
// everybody from creating databases.
bool IsTemplate(const std::string& database);

// Why no launcher runs the passes of the current database, nullopt if one does.
std::optional<std::string> UnservedReason();

}  // namespace soulprint
