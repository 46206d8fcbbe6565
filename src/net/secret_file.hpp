#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The secret without white space around it.  Throws ServerUnavailable when it is empty, larger than
// 4 KiB, or contains other characters than visible ASCII, such as a second line.  The message
// begins with `source` and does not contain the text.  Leaves no copy of it in memory.
std::string CleanSecret(std::string text, const std::string& source, const std::string& hint);

// The content of the file without white space around it.  Throws Error 57P03 when the file cannot
// be opened, is not a regular file, is readable by others than its owner, is empty or larger than 4
// KiB, or contains other characters than visible ASCII.  The message names `setting`, which the
// path comes from; it contains neither the path nor the content.
std::string ReadSecretFile(const std::string& path, const std::string& setting);

// The header line `name` + `secret`; leaves no other copy of the secret in memory.
std::string SecretLine(std::string_view name, const std::string& secret);

}  // namespace soulprint
