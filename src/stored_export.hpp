// The export that a profile's storage_path names ──► raw_conversations, as the first step of a
// pass.

#pragma once

#include <string>

#include "sql_store.hpp"

namespace soulprint {

// Downloads and imports the export if there is one that has changed since it was imported last.
// Nothing is left on disk, whatever happens.  Does nothing for a profile without a storage_path,
// and for one with conversations when soulprint.storage_url is not set.  Throws Error 55000 when
// there is nothing to read at all, and what downloading and importing throw.
void ImportStoredExport(SqlStore& store, const std::string& user_id);

}  // namespace soulprint
