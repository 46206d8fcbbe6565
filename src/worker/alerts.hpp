// Telling soulprint.alert_url about failed passes (doc/behavior.md, "Alerts").

#pragma once

namespace soulprint {

// Sends the alerts that wait, until none is left or one cannot be sent; then the next are tried in
// a minute.  For a worker that runs no pass now: it may take half a minute for each, in which no
// transaction is open.  Failures are logged, nothing is thrown but SqlError from the queue.  A
// cancel, a termination and soulprint.enabled = off end it at once.
void SendAlerts();

}  // namespace soulprint
