#include "util/freed_memory.hpp"

#include <malloc.h>

namespace soulprint {

void ReturnLargeBlocksWhenFreed() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

void ReturnFreedMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace soulprint
