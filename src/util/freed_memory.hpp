// glibc keeps freed memory.  After a large conversation, return it before allocating the next copy.
// Both functions do nothing with another C library.

#pragma once

namespace soulprint {

// From now on returns blocks of at least 4 MB to the system when they are freed.  Otherwise glibc
// raises its threshold, and a growing string leaves half its size behind each time.
void ReturnLargeBlocksWhenFreed();

// Returns free memory to the system now.
void ReturnFreedMemory();

}  // namespace soulprint
