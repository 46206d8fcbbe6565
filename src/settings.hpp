// Every soulprint.* setting (CONTRACT 13).  All take effect on reload but `database`, which needs a
// restart and exists only when the library is preloaded.

#pragma once

#include <string>

namespace soulprint::settings {

enum class Provider { kAnthropic, kOffline };

extern char* database;
extern char* app_schema;
extern char* model;
extern int provider;  // a Provider
extern bool enabled;
extern bool v2_required;
extern int max_workers;
extern int poll_interval;          // ms
extern int max_attempts;           // of a pass
extern double min_chunk_success;   // 0 … 1
extern int max_export_size;        // MB
extern int max_conversation_size;  // MB
extern int keep_versions;
extern int keep_history;  // minutes
extern int keep_replies;  // minutes

// Makes the settings known.  For _PG_init.
void Define();

// The application's table of this name, qualified and quoted.
std::string AppTable(const char* name);

// The name under which questions are asked: the model's, or that of the offline rules.
std::string ModelName();

// Why no pass can run with the present settings, "" if one can.
std::string PauseReason();

}  // namespace soulprint::settings
