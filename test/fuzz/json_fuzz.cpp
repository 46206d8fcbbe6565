// Any bytes as a JSON file: pushes of any size give the same conversations, which can be stored and
// read back.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reading.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  soulprint::RequireSame({reinterpret_cast<const char*>(data), size});
  return 0;
}
