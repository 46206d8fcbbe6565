#include "pg/cancel.hpp"

#include <csignal>

namespace soulprint::pg {

namespace {

volatile std::sig_atomic_t cancel_requested = 0;

}  // namespace

void NoteCancelRequest() { cancel_requested = 1; }

bool CancelRequested() { return cancel_requested != 0; }

void ForgetCancelRequest() { cancel_requested = 0; }

}  // namespace soulprint::pg
