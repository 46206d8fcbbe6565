// Is there room on the disk?

#pragma once

namespace soulprint {

// True if a file system has less than 8 MB left on which the database, or a table of schema
// soulprint or of the application's schema, is kept.  Opens a
// transaction of its own.
bool HasFullDisk();

}  // namespace soulprint
