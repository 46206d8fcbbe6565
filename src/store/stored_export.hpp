// The export that a profile's storage_path names ──► raw_conversations, as the first step of a
// pass.

#pragma once

#include <string>

#include "store/sql_store.hpp"

namespace soulprint {

// Downloads and imports the export if there is one that has changed since it was imported last.
// Nothing is left on disk, whatever happens.  Does nothing for a profile without a storage_path,
// and for one with conversations when soulprint.storage_url is not set.  Throws Error
//   55000 when there are no conversations and soulprint.storage_url is not set,
//   57P03 when soulprint.storage_url is none that may be asked,
//   58030 when no temporary file can be made,
// and what DownloadObject, ReadSecretFile and SqlStore::ImportExport throw.
void ImportStoredExport(SqlStore& store, const std::string& user_id);

}  // namespace soulprint
