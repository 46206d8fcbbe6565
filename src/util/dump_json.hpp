#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace soulprint {

// JSON text without white space.  Never fails: bytes that are not UTF-8 become U+FFFD.
std::string DumpJson(const nlohmann::json& value);
std::string DumpJson(const nlohmann::ordered_json& value);

}  // namespace soulprint
