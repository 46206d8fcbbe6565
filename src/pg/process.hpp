// A background worker's process: its session, its signals, its latch and what it shows of itself.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace soulprint::pg {

// Installs the signal handlers of a background worker and unblocks signals: SIGTERM ends the
// process, SIGINT cancels, SIGHUP asks for a reload.
void InstallSignalHandlers();

// True after SIGTERM.
bool IsTerminating();

// From now on a SIGQUIT of the postmaster calls the function before it ends the process.  `crash`:
// another process has crashed; otherwise the server is stopped in immediate mode.  The function
// must be safe in a signal handler.
void CallAtQuit(void (*function)(bool crash));

// The timeline of the server's WAL, which promotion and recovery to a point in time change and a
// crash does not.  Not during recovery.
std::int64_t Timeline();

// Sets each parameter of the session on which running passes depends, so that other settings of the
// role or the database have no say: lock_timeout 5 s, the other timeouts off, no parallel workers.
// Keeps the parameters and plans of statements, which are words of users, out of the log.
void SetUpSession(const char* application_name, const std::string& search_path);

// DISCARD ALL.  No transaction may be open.
void DiscardAll();

// Shows the text as this process's running query in pg_stat_activity, and in the process title.
void ShowActivity(const std::string& text);

// Shows the text with state "idle".
void ShowIdle(const std::string& text);

// Shows in pg_stat_activity that the process waits for another server; from PostgreSQL 17 on with a
// wait event of its own, SoulprintRequests.
void ShowServerWait();
void EndServerWait();

// Ends what was canceled (throws Canceled) or terminated.  Reloads the settings if SIGHUP asked for
// that: true if it did.
bool HandleInterrupts();

// Waits until the latch is set or the time is over, and resets the latch.  Exits if the postmaster
// has died.
void WaitForLatch(std::chrono::milliseconds time);

}  // namespace soulprint::pg
