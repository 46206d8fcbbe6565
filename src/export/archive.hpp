// An export file (ZIP, gzip, plain JSON) ──► its conversations, one at a time
// (doc/export_format.md, "Archive").
//
// The first bytes decide what the file is, not its name.  In a ZIP the conversation files are found
// by name: the parts conversations-000.json …, conversations.json and Gemini's activities, in the
// ZIP itself or in a ZIP inside it; where there is none of them, each .json file is tried.
// Everything is streamed; nothing is written to disk.
//
// The files of a ZIP are read in the order of its directory, so that the work is linear.

#pragma once

#include <functional>

#include "export/export_to_conversations.hpp"
#include "export/import_report.hpp"
#include "export/limits.hpp"
#include "export/source.hpp"

namespace soulprint {

// Calls `give` with each conversation and `check` at least once for each megabyte read; what they
// throw comes through.  After an Error the caller must undo the conversations already given.
// Throws Error
//   22P02 when the file is empty, encrypted, damaged, truncated, compressed by another method than
//         deflate, compressed twice by gzip, or contains no conversation file; the detail names the
//         archive member,
//   54000 when it is larger than the limit, the ZIPs inside it are larger than 16 times that, or it
//         contains more than 250,000 files,
//   58030 when the file cannot be read.
ImportReport ReadExport(const ExportSource& source, const ArchiveLimits& archive_limits,
                        const ImportLimits& import_limits, const ExportReader::Give& give,
                        const std::function<void()>& check);

}  // namespace soulprint
