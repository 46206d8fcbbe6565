// JSON text whose escapes can be stored.

#pragma once

#include <cstddef>
#include <string>

namespace soulprint {

// Makes \u0000 and \u escapes of lone surrogates \uFFFD; returns how many.
std::size_t RepairEscapes(std::string* json);

}  // namespace soulprint
