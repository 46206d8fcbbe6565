// A secret that lies in a file.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The file's content without white space around it.  Throws Error 57P03, naming neither the file
// nor what is in it, when it cannot be opened, is no regular file, can be read by others than its
// owner, is empty or larger than 4 KiB, or holds more than visible ASCII: a second line, say.
// `setting` is what names the file, for the message.
std::string ReadSecretFile(const std::string& path, const std::string& setting);

// A header line with a secret, of which no other copy is left behind.
std::string SecretLine(std::string_view name, const std::string& secret);

}  // namespace soulprint
