// An export ──► raw_conversations, and a report of what it contained.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "export/import_report.hpp"
#include "export/source.hpp"

namespace soulprint {

struct Imported {
  std::int64_t imported = 0;  // conversations that were new
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t memories = 0;  // sources of notes about the user
  bool taken_back = false;    // some conversations are not to be remembered
  ImportReport report;
};

// The number of conversations that were skipped, for any reason.
std::int64_t CountSkipped(const ImportReport& report);

// Imports an export into the user's conversations with the rights of the current role, in the open
// transaction, after other imports of this user.
//
// The later updated_at wins; an unknown one is before all others.  Of equal ones the copy with more
// messages wins, else the later import; within one import, the first copy.  Unchanged rows are not
// rewritten.  Conversations that are not to be remembered are deleted; the caller must erase what
// was learned from them.
//
// `check` is called for each conversation and each megabyte, `look` about once a second, in a
// subtransaction that is rolled back; what they throw ends the import and comes through.  So until
// RecordImport only raw_conversations stays locked, whatever `look` reads.  Throws Error as
// ReadExport does, 22P02 if no conversation is usable and there are no notes, 55000 if the table
// takes none.
Imported ImportExport(const std::string& user_id, const ExportSource& source,
                      const std::function<void()>& check, const std::function<void()>& look);

// Where an export came from.
struct ImportOrigin {
  std::string source;             // "argument", "file" or "storage"
  std::string storage_path = {};  // of "storage"
  std::string etag = {};          // of "storage", "" if there was none
};

// Ends an import: records its counts in soulprint.imports and stores its notes.  Throws PassLost if
// the user was deleted meanwhile.
void RecordImport(const std::string& user_id, const ImportOrigin& origin, const Imported& imported);

}  // namespace soulprint
