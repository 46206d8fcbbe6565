#include "settings.hpp"

#include <climits>
#include <string_view>

#include "error.hpp"
#include "llm/offline.hpp"
#include "net/url.hpp"
#include "pg/call.hpp"

#include "pg/postgres.hpp"

namespace soulprint::settings {

char* database;
char* app_schema;
char* model;
char* api_url;
char* api_key_file;
char* plain_http_hosts;
char* ca_file;
char* proxy;
char* storage_buckets;
char* storage_url;
char* storage_key_file;
int provider = static_cast<int>(Provider::kAnthropic);
bool enabled = true;
bool v2_required = true;
int max_workers = 3;
int poll_interval = 30 * 1000;
int max_concurrent_requests = 10;
int request_attempts = 5;
int request_timeout = 600 * 1000;
int connect_timeout = 10 * 1000;
int pause_probe_interval = 5 * 60 * 1000;
int max_attempts = 3;
double min_chunk_success = 0.95;
int max_export_size = 4096;
int max_conversation_size = 32;
int keep_versions = 5;
int keep_history = 90 * 24 * 60;
int keep_replies = 90 * 24 * 60;

namespace {

constexpr const char* kAnthropicUrl = "https://api.anthropic.com";

constexpr config_enum_entry kProviders[] = {
    {"anthropic", static_cast<int>(Provider::kAnthropic), false},
    {"offline", static_cast<int>(Provider::kOffline), false},
    {nullptr, 0, false}};

void DefineBool(const char* name, const char* description, bool* value) {
  DefineCustomBoolVariable(name, description, nullptr, value, *value, PGC_SIGHUP, 0, nullptr,
                           nullptr, nullptr);
}

void DefineInt(const char* name, const char* description, int* value, int least, int most,
               int unit = 0) {
  DefineCustomIntVariable(name, description, nullptr, value, *value, least, most, PGC_SIGHUP, unit,
                          nullptr, nullptr, nullptr);
}

void DefineString(const char* name, const char* description, char** value, const char* preset,
                  GucContext context = PGC_SIGHUP, int flags = 0) {
  DefineCustomStringVariable(name, description, nullptr, value, preset, context, flags, nullptr,
                             nullptr, nullptr);
}

// Names a URL, a file or a host: for superusers only, to set and to see.
void DefineSecretString(const char* name, const char* description, char** value,
                        const char* preset) {
  DefineString(name, description, value, preset, PGC_SIGHUP, GUC_SUPERUSER_ONLY);
}

// Where a placeholder has got the value from that it returns to.
const char* OriginOf(GucSource source) {
  switch (source) {
    case PGC_S_GLOBAL:
      return "ALTER ROLE ALL SET gives it to all roles: ALTER ROLE ALL RESET takes it back.";
    case PGC_S_DATABASE:
      return "ALTER DATABASE SET gives it to this database: ALTER DATABASE RESET takes it back.";
    case PGC_S_USER:
    case PGC_S_DATABASE_USER:
      return "ALTER ROLE SET gives it to this role: ALTER ROLE RESET takes it back.";
    default:
      return "Connect without this option (PGOPTIONS, options=-c).";
  }
}

// The first of the settings that is unknown yet and set by anything but the server's own files and
// command line; nullptr if there is none.
const config_generic* ForeignValue() {
  return pg::Call([]() -> const config_generic* {
    int count = 0;
    config_generic* const* const all = pg::AllSettings(&count);
    for (int i = 0; i < count; ++i) {
      if ((all[i]->flags & GUC_CUSTOM_PLACEHOLDER) != 0 && all[i]->reset_source > PGC_S_ARGV &&
          pg_strncasecmp(all[i]->name, "soulprint.", strlen("soulprint.")) == 0) {
        return all[i];
      }
    }
    return nullptr;
  });
}

}  // namespace

void RefuseForeignValues() {
  const config_generic* const foreign = ForeignValue();
  if (foreign == nullptr) return;
  throw Error("55P02", std::string("parameter \"") + foreign->name + "\" cannot be set by a session",
              "The settings of soulprint come from the server's configuration only.",
              OriginOf(foreign->reset_source));
}

void Define() {
  if (process_shared_preload_libraries_in_progress) {
    DefineString("soulprint.database", "Database whose requested passes the launcher runs.",
                 &database, "postgres", PGC_POSTMASTER);
  }
  DefineSecretString("soulprint.api_key_file",
                     "File that holds nothing but the API key of the model server.", &api_key_file,
                     "");
  DefineSecretString("soulprint.api_url", "Server of the Messages API that is asked.", &api_url,
                     kAnthropicUrl);
  DefineString("soulprint.app_schema", "Schema of the application's tables.", &app_schema,
               "public");
  DefineSecretString("soulprint.ca_file",
                     "Certificates that servers are checked against; empty for the system's.",
                     &ca_file, "");
  DefineInt("soulprint.connect_timeout", "How long connecting to the model server may take.",
            &connect_timeout, 1, INT_MAX, GUC_UNIT_MS);
  DefineBool("soulprint.enabled", "Whether passes are run; off returns running passes to pending.",
             &enabled);
  DefineInt("soulprint.keep_history", "How long an ended pass stays in the history.", &keep_history,
            0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_replies", "How long a model's answer is remembered.", &keep_replies, 0,
            INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_versions", "How many earlier profiles are kept per user.",
            &keep_versions, 0, INT_MAX);
  DefineInt("soulprint.max_attempts", "Attempts before a pass has failed.", &max_attempts, 1, 1000);
  DefineInt("soulprint.max_concurrent_requests", "Requests of a pass that are open at a time.",
            &max_concurrent_requests, 1, 1000);
  DefineInt("soulprint.max_conversation_size",
            "Largest conversation of an export that is read, as JSON.", &max_conversation_size, 1,
            256, GUC_UNIT_MB);
  DefineInt("soulprint.max_export_size",
            "Largest export that is read: the conversation files, decompressed.", &max_export_size,
            1, INT_MAX, GUC_UNIT_MB);
  DefineInt("soulprint.max_workers", "Passes that run at the same time.", &max_workers, 1, 64);
  DefineCustomRealVariable("soulprint.min_chunk_success",
                           "Share of the chunks that must be read for an attempt to go on.",
                           nullptr, &min_chunk_success, min_chunk_success, 0, 1, PGC_SIGHUP, 0,
                           nullptr, nullptr, nullptr);
  DefineString("soulprint.model", "Language model that is asked.", &model,
               "claude-haiku-4-5-20251001");
  DefineInt("soulprint.pause_probe_interval",
            "How often the model server is asked again after it said that asking is useless.",
            &pause_probe_interval, 100, INT_MAX, GUC_UNIT_MS);
  DefineSecretString("soulprint.plain_http_hosts",
                     "Hosts besides this machine that may be asked over http://, separated by "
                     "commas.",
                     &plain_http_hosts, "");
  DefineInt("soulprint.poll_interval",
            "How often profiles are looked up that became pending without the trigger.",
            &poll_interval, 100, INT_MAX, GUC_UNIT_MS);
  DefineCustomEnumVariable("soulprint.provider",
                           "Who answers: a server of the Messages API, or rules without a network.",
                           nullptr, &provider, provider, kProviders, PGC_SIGHUP, 0, nullptr,
                           nullptr, nullptr);
  DefineSecretString("soulprint.proxy",
                     "Proxy for requests; empty for none, whatever the environment says.", &proxy,
                     "");
  DefineInt("soulprint.request_attempts", "Attempts before a question has failed.",
            &request_attempts, 1, 100);
  DefineInt("soulprint.request_timeout", "How long one request may take.", &request_timeout, 1,
            INT_MAX, GUC_UNIT_MS);
  DefineSecretString("soulprint.storage_buckets",
                     "Buckets of Storage that exports are read from, separated by commas; empty "
                     "for all.",
                     &storage_buckets, "");
  DefineSecretString("soulprint.storage_key_file",
                     "File that holds nothing but the service key of Supabase Storage.",
                     &storage_key_file, "");
  DefineSecretString("soulprint.storage_url",
                     "Supabase project in whose Storage exports lie; empty for none.", &storage_url,
                     "");
  DefineBool("soulprint.v2_required", "Whether a pass whose sections cannot be made has failed.",
             &v2_required);
  MarkGUCPrefixReserved("soulprint");
}

std::string AppTable(const char* name) {
  char* const quoted = pg::Call([&] { return quote_qualified_identifier(app_schema, name); });
  std::string table = quoted;
  // A worker asks for it outside of transactions, in memory that stays.
  pfree(quoted);
  return table;
}

std::string ModelName() {
  return provider == static_cast<int>(Provider::kOffline) ? std::string(kOfflineModelName)
                                                          : std::string(model);
}

std::string ModelServer() {
  std::string all = std::to_string(provider);
  for (const char* setting : {api_url, api_key_file, ca_file, proxy}) {
    all.append("\n").append(setting);
  }
  return all;
}

HttpSettings Http() {
  HttpSettings http;
  http.ca_file = ca_file;
  http.proxy = proxy;
  http.connect_timeout = std::chrono::milliseconds(connect_timeout);
  http.timeout = std::chrono::milliseconds(request_timeout);
  return http;
}

std::optional<Obstacle> FindObstacle() {
  if (!enabled) {
    return Obstacle{"soulprint.enabled is off", "Set soulprint.enabled = on and reload."};
  }
  if (provider == static_cast<int>(Provider::kOffline)) return std::nullopt;
  if (const std::string problem = UrlProblem(api_url, plain_http_hosts); !problem.empty()) {
    return Obstacle{"soulprint.api_url " + problem, "Correct soulprint.api_url and reload."};
  }
  if (*api_key_file == '\0' && std::string_view(api_url) == kAnthropicUrl) {
    return Obstacle{"no API key is set",
                    "Put the key into a file that only the server can read, name it in "
                    "soulprint.api_key_file and reload; or set soulprint.provider = 'offline'."};
  }
  return std::nullopt;
}

}  // namespace soulprint::settings
