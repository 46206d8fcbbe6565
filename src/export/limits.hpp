// How much is read of an export.

#pragma once

#include <cstddef>
#include <cstdint>

namespace soulprint {

inline constexpr std::size_t kMaxNesting = 512;  // levels of JSON

struct ArchiveLimits {
  // Bytes of the conversation files, decompressed.
  std::uint64_t max_bytes = UINT64_MAX;
};

struct ImportLimits {
  // Bytes of JSON.  A conversation is skipped when its JSON is larger, when it would take
  // more than one and a half times that in memory, when one string in it is half as large (parsing
  // a string takes four times its size), or when a number in it has thousands of digits.
  std::size_t max_conversation_bytes;
  std::size_t max_nesting = kMaxNesting;  // a deeper conversation is skipped
};

}  // namespace soulprint
