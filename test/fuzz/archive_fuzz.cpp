// Any bytes as an export file: the result is conversations within the limits, or one Error, and the
// same from memory as from a file.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../messages_json.hpp"
#include "export/archive.hpp"
#include "fuzz.hpp"
#include "util/error.hpp"

namespace soulprint {
namespace {

constexpr ArchiveLimits kArchiveLimits{std::uint64_t{1} << 16};
constexpr ImportLimits kImportLimits{std::size_t{1} << 14, 20};
// The SQLSTATEs possible for a readable file; 58030 is not among them.
constexpr std::array<std::string_view, 2> kExpected = {sqlstate::kInvalidTextRepresentation,
                                                       sqlstate::kProgramLimitExceeded};

void RequireClear(const Error& error) {
  Require(std::find(kExpected.begin(), kExpected.end(), error.sqlstate()) != kExpected.end(),
          "a bad export is 22P02 or 54000");
  Require(*error.what() != '\0' && !error.hint().empty(), "an error says what to do");
  RequireStorable(error.what());
  RequireStorable(error.detail());
}

// The conversations of the source, as text.
std::string Read(const ExportSource& source) {
  std::string result;
  std::size_t bytes = 0;
  bool checked = false;
  const auto give = [&](Conversation conversation) {
    RequireStorable(conversation);
    for (const Message& message : conversation.messages) bytes += message.text.size();
    result += conversation.id + "\n" + MessagesToJson(conversation.messages) + "\n";
  };
  try {
    const ImportReport report =
        ReadExport(source, kArchiveLimits, kImportLimits, give, [&] { checked = true; });
    RequireSound(report);
    Require(checked, "what is read can be interrupted");
    result += std::to_string(report.found);
  } catch (const Error& error) {
    RequireClear(error);
    result += error.what();
  }
  // A byte that is not UTF-8 becomes three.
  Require(bytes <= 3 * kArchiveLimits.max_bytes, "no more comes out than may be read");
  return result;
}

std::string ReadAsFile(std::string_view bytes) {
  const int fd = memfd_create("export", 0);
  Require(fd != -1 && write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
          "a file can be made");
  std::string result = Read({{}, fd});
  close(fd);
  return result;
}

}  // namespace
}  // namespace soulprint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace soulprint;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Require(Read({bytes, -1}) == ReadAsFile(bytes), "a file is read as its bytes are");
  return 0;
}
