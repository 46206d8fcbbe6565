// What a long computation asks from time to time: whether it is to go on.

#pragma once

#include <cstddef>

namespace soulprint {

// Set once by the module; null where nobody can interrupt.  Returns, or throws what ends the
// computation.
inline void (*interrupts_hook)() = nullptr;

// To be called about once for each millisecond of work; takes a few nanoseconds.
inline void CheckForInterrupts() {
  if (interrupts_hook != nullptr) interrupts_hook();
}

// The same where the steps of a loop are too small for it.
class InterruptsNowAndThen {
 public:
  void Step() {
    if (++steps_ % 4096 == 0) CheckForInterrupts();
  }

 private:
  std::size_t steps_ = 0;
};

}  // namespace soulprint
