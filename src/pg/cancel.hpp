// Whether an administrator canceled this background worker.  It tells a real cancel from a SQLSTATE
// 57014 that SQL raised.

#pragma once

namespace soulprint::pg {

// For the handler of SIGINT; safe there.
void NoteCancelRequest();

// True if SIGINT came since ForgetCancelRequest.
bool CancelRequested();
void ForgetCancelRequest();

}  // namespace soulprint::pg
