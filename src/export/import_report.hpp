// What an import found in an export.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace soulprint {

inline constexpr std::size_t kSkippedIds = 100;
inline constexpr const char* kDoNotRemember = "do not remember";  // reasons to skip
inline constexpr const char* kTemporary = "temporary chat";

struct ImportReport {
  std::size_t found = 0;          // conversation objects seen
  std::size_t conversations = 0;  // passed on
  // Number of conversations by the reason why they were skipped: "no visible message", "too large"
  // …
  std::map<std::string, std::size_t> skipped;
  // Number of messages by the content type or reason why they were left out.
  std::map<std::string, std::size_t> hidden;
  // At most kSkippedIds ids of skipped conversations; not of those marked "do not remember".
  std::vector<std::string> skipped_ids;
  std::size_t replaced_characters = 0;  // replaced by U+FFFD
  std::size_t unordered = 0;  // conversations passed on in file order because their tree is broken
};

}  // namespace soulprint
