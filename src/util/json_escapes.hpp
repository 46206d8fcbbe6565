#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace soulprint {

// Replaces each escape of U+0000 or of a lone surrogate by \uFFFD, so that the text can be stored.
// Returns the number of replacements.
std::size_t RepairEscapes(std::string* json);

// The text with each raw control character inside a string as its escape, as JSON wants it.
std::string EscapeControls(std::string_view json);

}  // namespace soulprint
