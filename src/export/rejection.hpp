// What was handed in when it is no export of conversations, and what to hand in instead.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace soulprint {

struct Rejection {
  std::string what;  // a sentence for the detail of an error; "" = not recognized
  std::string hint;  // names the vendor where it is recognized
};

// By the first bytes of a file; not empty.
Rejection RejectionOfBytes(std::string_view head);

// By the keys of a JSON object.
Rejection RejectionOfKeys(std::span<const std::string> keys);

// By the paths of files in an archive.
Rejection RejectionOfNames(std::span<const std::string> paths);

// The hint where nothing is recognized.
std::string_view AnyExportHint();

}  // namespace soulprint
