// Interrupts in long computations outside of Postgres.

#pragma once

#include <cstddef>

namespace soulprint {

// Set once by the module; null where there are no interrupts.  Throws to end the computation.
inline void (*interrupts_hook)() = nullptr;

// Call about once per millisecond of work.  Takes a few nanoseconds.
inline void CheckForInterrupts() {
  if (interrupts_hook != nullptr) interrupts_hook();
}

// Checks for interrupts in a loop whose steps are much shorter: every 4096th Step.
class InterruptsNowAndThen {
 public:
  void Step() {
    if (++steps_ % 4096 == 0) CheckForInterrupts();
  }

 private:
  std::size_t steps_ = 0;
};

}  // namespace soulprint
