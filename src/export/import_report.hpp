// What an import found in an export.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "export/rejection.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

inline constexpr std::size_t kSkippedIds = 100;
inline constexpr const char* kDoNotRemember = "do not remember";  // reasons to skip
inline constexpr const char* kTemporary = "temporary chat";
inline constexpr const char* kNoConversation = "not a conversation";

struct ImportReport {
  std::size_t found = 0;          // conversation objects seen
  std::size_t conversations = 0;  // passed on
  // Number of conversations by the reason why they were skipped: "no visible message", "too large"
  // …
  std::map<std::string, std::size_t> skipped;
  // Number of messages by the content type or reason why they were left out; of more than 64 kinds
  // the rest is "other".
  std::map<std::string, std::size_t> hidden;
  // At most kSkippedIds ids of skipped conversations; not of those marked "do not remember".
  std::vector<std::string> skipped_ids;
  std::vector<Notes> notes;             // what assistants keep about their user, the newest copies
  std::size_t memories = 0;             // records that hold notes and no conversation
  std::size_t replaced_characters = 0;  // replaced by U+FFFD
  // At most 121 names of files of an archive that were not read, with the reason; and how many
  // more.
  std::vector<std::string> files_left_out;
  // What the first records that are no conversations are, if they are known.
  Rejection rejection = {"", std::string(AnyExportHint())};
  std::size_t unordered = 0;  // conversations passed on in file order because their tree is broken

  void CountHidden(const std::string& kind, std::size_t count = 1);

  // Adds what was found later; files_left_out stays.
  void Add(ImportReport later);

  // True if there was nothing but records that are no conversations.
  bool FoundNothing() const;
};

}  // namespace soulprint
