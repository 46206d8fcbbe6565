// Where the bytes of an export are.

#pragma once

#include <string_view>

namespace soulprint {

// Bytes in memory, or an open file that can seek.
struct ExportSource {
  std::string_view bytes;
  int fd = -1;  // if not -1, read instead of `bytes`; stays open, its position changes
};

}  // namespace soulprint
