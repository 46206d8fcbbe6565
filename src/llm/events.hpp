// Server-sent events.

#pragma once

#include <string_view>
#include <vector>

namespace soulprint {

// The data of each event, as views of the body; none if the body is no stream of events.
std::vector<std::string_view> EventData(std::string_view body);

}  // namespace soulprint
