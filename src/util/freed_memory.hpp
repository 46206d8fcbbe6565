// What the C library's allocator does with memory that is freed.  It would keep most of it; beside
// what is taken next, of a large conversation that would be too much.  Only glibc needs to be told.

#pragma once

namespace soulprint {

// From now on blocks of at least 4 MB go back to the system when they are freed.  Otherwise it
// learns to keep those, too, and a string that grows leaves half its size each time.
void ReturnLargeBlocksWhenFreed();

// What is free goes back to the system now.
void ReturnFreedMemory();

}  // namespace soulprint
