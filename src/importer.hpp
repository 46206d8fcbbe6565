// An export ──► raw_conversations, and what was found in it.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "intake/archive.hpp"

namespace soulprint {

struct Imported {
  std::int64_t imported = 0;  // conversations that were new
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  ImportReport report;
};

// Conversations that were left out, for whatever reason.
std::int64_t CountSkipped(const ImportReport& report);

// Reads an export into the user's conversations with the rights of the present role, in the open
// transaction.  The later updated_at wins, else the later import; what is the same stays the same
// row version.  `check` is called for each conversation and each megabyte; what it throws comes
// through.  Throws Error as ReadExport does, and 22P02 when no conversation can be used.
Imported ImportExport(const std::string& user_id, const ExportSource& source,
                      const std::function<void()>& check);

// Where an export came from.
struct ImportOrigin {
  std::string source;             // "argument", "file" or "storage"
  std::string storage_path = {};  // of "storage"
  std::string etag = {};          // of "storage", "" if there was none
};

// Keeps what an import found in soulprint.imports.  Needs the rights of soulprint_worker.
void RecordImport(const std::string& user_id, const ImportOrigin& origin, const Imported& imported);

}  // namespace soulprint
