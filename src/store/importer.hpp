// An export ──► raw_conversations, and what was found in it.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "export/archive.hpp"

namespace soulprint {

struct Imported {
  std::int64_t imported = 0;  // conversations that were new
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  bool taken_back = false;  // some are not to be remembered
  ImportReport report;
};

// Conversations that were left out, for whatever reason.
std::int64_t CountSkipped(const ImportReport& report);

// Reads an export into the user's conversations with the rights of the present role, in the open
// transaction, after other imports of this user.  The later updated_at wins (an unknown one is
// before all others); of equals that of the later import, and in one import the first.  What is the
// same stays the same row version.  What is not to be remembered is deleted; what was learned from
// it is the caller's to erase.  `check` is called for each conversation and each megabyte; what it
// throws comes through.  Throws Error as ReadExport does, and 22P02 when no conversation can be
// used.
Imported ImportExport(const std::string& user_id, const ExportSource& source,
                      const std::function<void()>& check);

// Where an export came from.
struct ImportOrigin {
  std::string source;             // "argument", "file" or "storage"
  std::string storage_path = {};  // of "storage"
  std::string etag = {};          // of "storage", "" if there was none
};

// The end of an import: keeps what it found in soulprint.imports.  Throws Error 02000 if the user
// was deleted meanwhile.
void RecordImport(const std::string& user_id, const ImportOrigin& origin, const Imported& imported);

}  // namespace soulprint
