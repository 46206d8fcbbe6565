// An export file (ZIP, tar, gzip, or a plain file) ──► its conversations, one at a time
// (doc/export_format.md, "Archive").
//
// The first bytes decide what the file is, not its name.  In an archive the conversation files are
// found by name, also in a ZIP inside a ZIP; files of unknown names are tried.  Everything is
// streamed; nothing is written to disk.
//
// The files are read in the order of the archive, so that the work is linear.

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
//   54000 when it is larger than the limit, a tar archive or the ZIPs inside it are larger than 16
//         times that, or it contains more than 250,000 files,
//   58030 when the file cannot be read.
ImportReport ReadExport(const ExportSource& source, const ArchiveLimits& archive_limits,
                        const ImportLimits& import_limits, const ExportReader::Give& give,
                        const std::function<void()>& check);

}  // namespace soulprint
