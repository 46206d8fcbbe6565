#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The content of the file without white space around it.  Throws Error 57P03 when the file cannot
// be opened, is not a regular file, is readable by others than its owner, is empty or larger than 4
// KiB, or contains other characters than visible ASCII, such as a second line.  The message names
// `setting`, which the path comes from; it contains neither the path nor the content.
std::string ReadSecretFile(const std::string& path, const std::string& setting);

// The header line `name` + `secret`; leaves no other copy of the secret in memory.
std::string SecretLine(std::string_view name, const std::string& secret);

}  // namespace soulprint
