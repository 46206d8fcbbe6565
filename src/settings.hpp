// The soulprint.* settings (doc/behavior.md, "Settings").  A reload applies all of them but
// `database`, which takes a restart and exists only when the library is preloaded.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http_message.hpp"

namespace soulprint::settings {

enum class Provider { kAnthropic, kOffline };

// The header that takes the API key; kAuthorization: as a Bearer token.
enum class ApiKeyHeader { kXApiKey, kAuthorization };

inline constexpr const char* kAnthropicUrl = "https://api.anthropic.com";

extern char* database;
extern char* app_schema;
extern char* model;
extern char* alert_url;
extern char* api_url;
extern char* api_key_file;
extern char* plain_http_hosts;
extern char* ca_file;
extern char* proxy;
extern char* storage_buckets;
extern char* storage_url;
extern char* storage_key_file;
extern char* vault_secret;
extern Provider provider;
inline bool IsOffline() { return provider == Provider::kOffline; }
extern ApiKeyHeader api_key_header;
extern bool batch;
extern bool enabled;
extern bool import_memories;
extern bool require_sections;
extern int max_workers;
extern int poll_interval;            // ms
extern int max_concurrent_requests;  // of a pass
extern int max_request_attempts;
extern int request_timeout;        // ms
extern int connect_timeout;        // ms
extern int pause_probe_interval;   // ms
extern int max_pass_attempts;      // of a pass
extern double min_chunk_success;   // 0 … 1
extern double min_coverage;        // 0 … 1
extern double max_cost_per_pass;   // USD, 0 = no limit
extern double max_cost_per_day;    // USD, 0 = no limit
extern int max_export_size;        // MB
extern int max_conversation_size;  // MB
extern int keep_versions;
extern int keep_history;  // minutes
extern int keep_replies;  // minutes

// Throws Error 55P02 if a startup option, the role or the database has set one of them before the
// library was loaded: that value hides the one of the configuration file, and Define would replace
// it by the default.  For _PG_init, before Define.
void RefuseForeignValues();

// The names in `database`; none if it is not valid, and without preloading.
const std::vector<std::string>& Databases();

// Makes the settings known to Postgres.  Bad values of the configuration file are kept, and logged
// while the server starts; from then on Postgres refuses them.  For _PG_init.
void Define();

// True if failed passes are to be reported to alert_url.
bool SendsAlerts();

// The settings of every HTTP request.
HttpSettings Http();

// Why no pass may run.
struct Obstacle {
  std::string reason;
  std::string hint;  // what to do about it, as sentences
};

// The first setting with a bad value that the server has started with, nullopt if there is none.
// alert_url is none of them.
std::optional<Obstacle> FindInvalidValue();

}  // namespace soulprint::settings
