// Any bytes as a page of Gemini's activities, and as rows of Copilot's table: pushes of any size
// give the same conversations, which can be stored and read back; a line is a time or none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "export/local_time.hpp"
#include "reading.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace soulprint;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequireSame(bytes);
  RequireSame("<div class=outer-cell><i class=header-cell>Gemini</i><div class=content-cell>" +
              std::string(bytes));
  RequireSame("Conversation,Time,Author,Message\n" + std::string(bytes));
  const LocalTime time = ReadLocalTime(bytes);
  Require(!time.at || (time.found && *time.at > 0), "a time is known only where one was found");
  return 0;
}
