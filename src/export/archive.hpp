// An export as a file (ZIP, gzip, plain JSON) ──► its conversations, one at a time.
//
// What a file is shows in its first bytes, never in its name.  In a ZIP the conversation files are
// found by name: the parts conversations-000.json …, else conversations.json, else Gemini's
// activities, in the ZIP itself or in a ZIP inside it.  Everything is streamed; nothing is written
// anywhere.
//
// The files of a ZIP are read in the order in which they stand in it, so that the work is linear.
// It decides nothing: of two copies of a conversation the one updated later stays, and nothing else
// tells which is newer.

#pragma once

#include <cstdint>
#include <functional>

#include "export/export_to_conversations.hpp"
#include "export/import_report.hpp"
#include "export/source.hpp"

namespace soulprint {

struct ArchiveLimits {
  std::uint64_t max_bytes = std::uint64_t{4} << 30;  // of the conversation files, decompressed
};

// Calls `give` with each conversation and `check` at least once for each megabyte read; what they
// throw comes through.  Conversations already given when an Error comes are for the caller to take
// back.  Throws Error
//   22P02 when it is empty, encrypted, damaged, cut off, compressed in another way than by deflate
//         or twice by gzip, or holds no conversations file; the detail names the file of the ZIP,
//   54000 when it is larger than the limit, the ZIPs inside it are larger than 16 times that, or it
//         holds more than 250,000 files,
//   58030 when the file cannot be read.
ImportReport ReadExport(const ExportSource& source, const ArchiveLimits& archive_limits,
                        const ImportLimits& import_limits, const ExportReader::Give& give,
                        const std::function<void()>& check);

}  // namespace soulprint
