#pragma once

#include <cstddef>
#include <string>

namespace soulprint {

// Replaces each escape of U+0000 or of a lone surrogate by \uFFFD, so that the text can be stored.
// Returns the number of replacements.
std::size_t RepairEscapes(std::string* json);

}  // namespace soulprint
