// A secret that lies in a file.

#pragma once

#include <string>

namespace soulprint {

// The file's content without white space around it.  Throws Error 57P03, naming neither the file
// nor what is in it, when it cannot be opened, is no regular file, can be read by others than its
// owner, is empty or larger than 4 KiB.  `setting` is what names the file, for the message.
std::string ReadSecretFile(const std::string& path, const std::string& setting);

}  // namespace soulprint
