// What a worker or the launcher owes the server while it works.

#pragma once

#include <string>

namespace soulprint {

// Sets whatever the role's or the database's settings could have said that decides how a worker or
// the launcher runs; a lock of somebody else's is waited for 5 s.
void SetUpSession(const char* application_name);

// Shows the text as this process's query in pg_stat_activity, and in the process title.
void ShowActivity(const std::string& text);

// Shows that nothing is being done.
void ShowIdle(const std::string& text);

// Ends what was canceled (throws Error 57014) or terminated, and reloads the settings after SIGHUP:
// true if it did.
bool ObeySignals();

// The same in a worker, which also throws Error 57P01 when the settings let no pass run.
void ObeyServer();

// For one who waits outside of Postgres, at least every 100 ms: ends the process if the server is
// gone, and forgets what the latch was set for, which ObeyServer looks at.
void LookAtLatch();

// Shows that another server is waited for, until ObeyServer.
void ShowWaitForRequests();

// Whether this process was told to cancel (SIGINT) since it was last told to forget that: an Error
// 57014 alone can also come from SQL.
bool CancelRequested();
void ForgetCancelRequest();

// Signal handlers, as in DESIGN 4: SIGTERM ends the process, SIGINT cancels, SIGHUP reloads.
void InstallSignalHandlers();

}  // namespace soulprint
