// The fence around data in a prompt: whatever the data says, it cannot close it.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// 128 random bits in hexadecimal, new for every request.
std::string NewNonce();

// One JSON document between two marker lines that carry the nonce, with <, > and & escaped, on one
// line, without what people do not see and models read, cleaned of what is not UTF-8; then the
// instruction.
std::string FencedData(std::string_view document, std::string_view instruction,
                       std::string_view nonce);

// For the system prompt: what the marker lines mean.
std::string FencePolicy(std::string_view nonce);

}  // namespace soulprint
