#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace soulprint {

// The secret without white space around it.  Throws ServerUnavailable when it is empty, larger than
// 4 KiB, or contains other characters than visible ASCII, such as a second line.  The message
// begins with `source` and does not contain the text.  Leaves no copy of it in memory.
std::string CleanSecret(std::string text, const std::string& source, const std::string& hint);

// Why a file is not safe for a secret of a server that this user runs; "" if it is.  As with the
// server's own private key: only its user may read it, or it is root's, and its group may, too.
std::string_view WhyUnsafe(const struct stat& file, uid_t server);

// The content of the file without white space around it.  Throws Error 57P03 when the file cannot
// be opened, is not a regular file, is not safe, is empty or larger than 4 KiB, or contains other
// characters than visible ASCII.  The message names `setting`, which the path comes from; it
// contains neither the path nor the content.
std::string ReadSecretFile(const std::string& path, const std::string& setting);

// The header line `name` + `secret`; leaves no other copy of the secret in memory.
std::string SecretLine(std::string_view name, const std::string& secret);

}  // namespace soulprint
