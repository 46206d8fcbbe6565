// An export file in memory, and its conversations.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "export/export_to_conversations.hpp"

namespace soulprint {

// Of a conversation.
inline constexpr std::size_t kMaxBytes = 50000;

struct FileResult {
  ImportReport report;
  std::vector<Conversation> conversations;
};

// Reads the file in pieces of this size.
inline FileResult ReadAll(std::string_view file, std::size_t step = SIZE_MAX) {
  FileResult result;
  ExportReader reader(
      {kMaxBytes}, [&](Conversation c) { result.conversations.push_back(std::move(c)); },
      &result.report);
  while (!file.empty()) {
    const std::size_t size = std::min(step, file.size());
    reader.Push(file.substr(0, size));
    file.remove_prefix(size);
  }
  reader.Finish();
  return result;
}

}  // namespace soulprint
