// The fence around data in a prompt: no text in the data can close it (doc/messages_api.md,
// "Fence").

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// 128 random bits in hexadecimal, new for every request.
std::string NewNonce();

// One JSON document between two marker lines that carry the nonce, then the instruction.  The
// document is on one line, with <, > and & escaped, without invisible characters, in valid UTF-8.
std::string FencedData(std::string_view document, std::string_view instruction,
                       std::string_view nonce);

// The explanation of the marker lines, for the system prompt.
std::string FencePolicy(std::string_view nonce);

}  // namespace soulprint
