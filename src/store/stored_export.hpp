// The export that a profile's storage_path names ──► raw_conversations: the first step of a pass.

#pragma once

#include "store/lease.hpp"

namespace soulprint {

// Downloads and imports the export if there is one that has changed since it was last imported.
// Leaves nothing on disk.  Does nothing for a profile without a storage_path, and for one with
// conversations if soulprint.storage_url is not set.  Throws Error
//   55000 if there are no conversations and soulprint.storage_url is not set,
//   58030 if no temporary file can be made,
// ServerUnavailable if soulprint.storage_url may not be used or the disk is full, and what
// DownloadObject, ReadSecretFile and ImportExport throw.
void ImportStoredExport(PassLease& lease);

}  // namespace soulprint
