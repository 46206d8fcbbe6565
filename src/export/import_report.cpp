#include "export/import_report.hpp"

#include <utility>

#include "export/notes.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kHiddenKinds = 64;  // an export can name any content type

}  // namespace

void ImportReport::CountHidden(const std::string& kind, std::size_t count) {
  const bool full = hidden.size() >= kHiddenKinds && hidden.count(kind) == 0;
  hidden[full ? "other" : kind] += count;
}

void ImportReport::Add(ImportReport later) {
  found += later.found;
  conversations += later.conversations;
  for (const auto& [reason, count] : later.skipped) skipped[reason] += count;
  for (const auto& [kind, count] : later.hidden) CountHidden(kind, count);
  for (std::string& id : later.skipped_ids) {
    if (skipped_ids.size() < kSkippedIds) skipped_ids.push_back(std::move(id));
  }
  for (Notes& one : later.notes) KeepNotes(std::move(one), &notes);
  memories += later.memories;
  replaced_characters += later.replaced_characters;
  if (rejection.what.empty()) rejection = std::move(later.rejection);
  unordered += later.unordered;
}

bool ImportReport::FoundNothing() const {
  const auto none = skipped.find(kNoConversation);
  return memories == 0 && found == (none == skipped.end() ? 0 : none->second);
}

}  // namespace soulprint
