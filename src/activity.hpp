// What a worker or the launcher owes the server while it works.

#pragma once

#include <string>

namespace soulprint {

// Shows the text as this process's query in pg_stat_activity, and in the process title.
void ShowActivity(const std::string& text);

// Shows that nothing is being done.
void ShowIdle(const std::string& text);

// Ends what was canceled (throws Error 57014) or terminated, and reloads the settings after SIGHUP.
// In a worker also throws Error 57P01 when the settings say that no pass is to run.
void ObeySignals();
void ObeyServer();

// Signal handlers, as in DESIGN 4: SIGTERM ends the process, SIGINT cancels, SIGHUP reloads.
void InstallSignalHandlers();

}  // namespace soulprint
