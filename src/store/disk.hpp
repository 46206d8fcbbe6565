// Is there room on the disk?

#pragma once

namespace soulprint {

// True if a file system on which this database keeps data has less than 8 MB left.  Opens a
// transaction of its own.
bool HasFullDisk();

}  // namespace soulprint
