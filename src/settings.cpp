#include "settings.hpp"

#include <climits>
#include <string_view>

#include "pg/call.hpp"
#include "settings_check.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint::settings {

char* database;
char* app_schema;
char* model;
char* alert_url;
char* api_url;
char* api_key_file;
char* plain_http_hosts;
char* ca_file;
char* proxy;
char* storage_buckets;
char* storage_url;
char* storage_key_file;
char* vault_secret;
Provider provider = Provider::kAnthropic;
ApiKeyHeader api_key_header = ApiKeyHeader::kXApiKey;
bool enabled = true;
bool batch = false;
bool import_memories = true;
bool require_sections = true;
int max_workers = 3;
int poll_interval = 30 * 1000;
int max_concurrent_requests = 10;
int max_request_attempts = 5;
int request_timeout = 600 * 1000;
int connect_timeout = 10 * 1000;
int pause_probe_interval = 5 * 60 * 1000;
int max_pass_attempts = 3;
double min_chunk_success = 0.95;
double min_coverage = 0.2;
double max_cost_per_pass = 25;
double max_cost_per_day = 100;
int max_export_size = 4096;
int max_conversation_size = 32;
int keep_versions = 5;
int keep_history = 90 * 24 * 60;
int keep_replies = 90 * 24 * 60;

namespace {

constexpr config_enum_entry kProviders[] = {
    {"anthropic", static_cast<int>(Provider::kAnthropic), false},
    {"offline", static_cast<int>(Provider::kOffline), false},
    {nullptr, 0, false}};

constexpr config_enum_entry kApiKeyHeaders[] = {
    {"x-api-key", static_cast<int>(ApiKeyHeader::kXApiKey), false},
    {"authorization", static_cast<int>(ApiKeyHeader::kAuthorization), false},
    {nullptr, 0, false}};

void DefineBool(const char* name, const char* description, const char* more, bool* value) {
  DefineCustomBoolVariable(name, description, more, value, *value, PGC_SIGHUP, 0, nullptr, nullptr,
                           nullptr);
}

void DefineInt(const char* name, const char* description, const char* more, int* value, int least,
               int most, int unit = 0) {
  DefineCustomIntVariable(name, description, more, value, *value, least, most, PGC_SIGHUP, unit,
                          nullptr, nullptr, nullptr);
}

void DefineReal(const char* name, const char* description, const char* more, double* value,
                double most) {
  DefineCustomRealVariable(name, description, more, value, *value, 0, most, PGC_SIGHUP, 0, nullptr,
                           nullptr, nullptr);
}

// A setting that refuses some values.
struct Checked {
  const char* name;
  char* const* value;
  const Check* check;
};

Checked checked[16];
std::size_t checked_count = 0;

void DefineString(const char* name, const char* description, const char* more, char** value,
                  const char* preset, const Check& check, GucContext context = PGC_SIGHUP,
                  int flags = 0) {
  DefineCustomStringVariable(name, description, more, value, preset, context, flags, check.hook,
                             nullptr, nullptr);
  Assert(checked_count < lengthof(checked));
  checked[checked_count++] = {name, value, &check};
}

// A URL, a file or a host: only superusers may set and see it.
void DefineSecretString(const char* name, const char* description, const char* more, char** value,
                        const char* preset, const Check& check) {
  DefineString(name, description, more, value, preset, check, PGC_SIGHUP, GUC_SUPERUSER_ONLY);
}

// Postgres keeps an enum as int.
int provider_value = static_cast<int>(Provider::kAnthropic);
int api_key_header_value = static_cast<int>(ApiKeyHeader::kXApiKey);

void AssignProvider(int value, void*) { provider = static_cast<Provider>(value); }

void AssignApiKeyHeader(int value, void*) { api_key_header = static_cast<ApiKeyHeader>(value); }

void WarnOfInvalidValues() {
  for (std::size_t i = 0; i < checked_count; ++i) {
    const Objection objection = Judge(*checked[i].check, *checked[i].value);
    if (objection.detail == nullptr) continue;
    ereport(WARNING, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("invalid value for parameter \"%s\"", checked[i].name),
                      errdetail("%s", objection.detail), errhint("%s", objection.hint)));
  }
}

// How to remove a value, by what has set it.
const char* RemedyFor(GucSource source) {
  switch (source) {
    case PGC_S_GLOBAL:
      return "ALTER ROLE ALL SET has set it; remove it with ALTER ROLE ALL RESET.";
    case PGC_S_DATABASE:
      return "ALTER DATABASE SET has set it; remove it with ALTER DATABASE RESET.";
    case PGC_S_USER:
    case PGC_S_DATABASE_USER:
      return "ALTER ROLE SET has set it; remove it with ALTER ROLE RESET.";
    default:
      return "Connect without this option (PGOPTIONS, options=-c).";
  }
}

// The first unknown soulprint.* setting whose value comes from elsewhere than the server's files
// and command line; nullptr if there is none.
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

void DefineAll() {
  if (process_shared_preload_libraries_in_progress) {
    DefineString("soulprint.database", "Sets the databases whose passes launchers run.",
                 "Each has a launcher of its own. In other databases only CALL "
                 "soulprint_run_full_pass() runs passes.",
                 &database, "postgres", kDatabases, PGC_POSTMASTER, GUC_LIST_INPUT);
  }
  DefineSecretString(
      "soulprint.alert_url", "Sets the URL that failed passes are reported to.",
      "Each is a POST of {\"text\": \"...\"}, as Slack takes it. Plain http:// is allowed "
      "to this machine and to soulprint.plain_http_hosts only. An empty string "
      "disables alerts.",
      &alert_url, "", kAlertUrl);
  DefineSecretString("soulprint.api_key_file",
                     "Sets the file that holds the API key of the model server.",
                     "The file is read before each request. It holds nothing else, and only the "
                     "server's user may have access to it. An empty string sends no key.",
                     &api_key_file, "", kApiKeyFile);
  DefineCustomEnumVariable(
      "soulprint.api_key_header", "Selects the header in which the API key is sent.",
      "authorization sends it as a Bearer token.", &api_key_header_value, api_key_header_value,
      kApiKeyHeaders, PGC_SIGHUP, 0, nullptr, AssignApiKeyHeader, nullptr);
  DefineSecretString("soulprint.api_url", "Sets the URL of the model server.",
                     "The server serves the Messages API; /v1/messages is left out. Plain http:// "
                     "is allowed to this machine and to soulprint.plain_http_hosts only.",
                     &api_url, kAnthropicUrl, kServerUrl);
  DefineString("soulprint.app_schema", "Sets the schema of the application's tables.",
               "The tables are user_profiles, raw_conversations and conversation_chunks.",
               &app_schema, "public", kText);
  DefineBool("soulprint.batch", "Asks about facts in Message Batches, at half the price.",
             "Their answers may take a day. A model server without batches is asked directly.",
             &batch);
  DefineSecretString("soulprint.ca_file",
                     "Sets the file of CA certificates that servers are verified against.",
                     "The file is in PEM format. An empty string selects the system's "
                     "certificates.",
                     &ca_file, "", kCaFile);
  DefineInt("soulprint.connect_timeout", "Sets the maximum time to connect to a server.",
            "A connection that takes longer counts as broken and is tried again.", &connect_timeout,
            1, INT_MAX, GUC_UNIT_MS);
  DefineBool("soulprint.enabled", "Runs full passes.",
             "When off, running passes return to pending, and requested ones wait.", &enabled);
  DefineBool(
      "soulprint.import_memories",
      "Reads what other assistants keep about the user: saved memories, custom instructions.",
      "When off, imports do not store it, and passes do not read what is stored.",
      &import_memories);
  DefineInt("soulprint.keep_history", "Sets the time to keep ended passes in the history.",
            "Workers delete older ones at each poll.", &keep_history, 0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_replies", "Sets the time to keep answers of the model.",
            "Workers delete older ones at each poll. A question whose answer was deleted is asked, "
            "and paid for, again.",
            &keep_replies, 0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_versions", "Sets the number of earlier profiles to keep per user.",
            "soulprint_rollback() publishes one of them again.", &keep_versions, 0, INT_MAX);
  DefineInt("soulprint.max_concurrent_requests",
            "Sets the maximum number of concurrent requests per pass.",
            "All workers of a database send up to soulprint.max_workers times as many.",
            &max_concurrent_requests, 1, 1000);
  DefineInt("soulprint.max_conversation_size",
            "Sets the maximum size of a conversation in an export, as JSON.",
            "Larger conversations are skipped and counted.", &max_conversation_size, 1, 256,
            GUC_UNIT_MB);
  DefineReal("soulprint.max_cost_per_day",
             "Sets the maximum cost of all requests in 24 hours, in USD.",
             "Passes then wait until it is less. Counts this database only. 0 sets no limit.",
             &max_cost_per_day, 1e6);
  DefineReal("soulprint.max_cost_per_pass", "Sets the maximum cost of a pass, in USD.",
             "A pass that would cost more reads the richest conversations only. 0 sets no limit.",
             &max_cost_per_pass, 1e6);
  DefineInt("soulprint.max_export_size",
            "Sets the maximum size of an export: of its conversation files, decompressed.",
            "Also limits the size of a download from Storage, unless temp_file_limit is lower.",
            &max_export_size, 1, INT_MAX, GUC_UNIT_MB);
  DefineInt("soulprint.max_pass_attempts", "Sets the maximum number of attempts per pass.",
            "Attempts that a restart or a pause cuts short do not count.", &max_pass_attempts, 1,
            1000);
  DefineInt("soulprint.max_request_attempts", "Sets the maximum number of attempts per request.",
            "Broken connections and unreadable answers have at most three.", &max_request_attempts,
            1, 100);
  DefineInt("soulprint.max_workers", "Sets the maximum number of passes that run at the same time.",
            "Counts each database for itself. Each pass takes one of max_worker_processes.",
            &max_workers, 1, 64);
  DefineReal("soulprint.min_chunk_success",
             "Sets the fraction of chunks that must succeed for a pass to continue.",
             "Otherwise nothing is published, and the next attempt asks for the missing ones.",
             &min_chunk_success, 1);
  DefineReal("soulprint.min_coverage",
             "Sets the fraction of chunks that a limit of cost must let a pass read.",
             "Otherwise the pass fails with its price, and nothing is asked.", &min_coverage, 1);
  DefineString("soulprint.model", "Sets the language model.",
               "Ignored when soulprint.provider is offline.", &model, "claude-haiku-4-5-20251001",
               kText);
  DefineInt("soulprint.pause_probe_interval",
            "Sets the time between probes while requests are paused.",
            "A probe is a request of a few tokens that belongs to no user.", &pause_probe_interval,
            100, INT_MAX, GUC_UNIT_MS);
  DefineSecretString("soulprint.plain_http_hosts",
                     "Sets the hosts, besides this machine, that plain http:// is allowed to.",
                     "Names or addresses, separated by commas. Others can read on the network what "
                     "is sent to them.",
                     &plain_http_hosts, "", kHosts);
  DefineInt("soulprint.poll_interval", "Sets the time between scans for pending profiles.",
            "Passes that a function or the trigger requests begin at once.", &poll_interval, 100,
            INT_MAX, GUC_UNIT_MS);
  DefineCustomEnumVariable("soulprint.provider", "Selects who answers questions.",
                           "anthropic is a server of the Messages API. offline is a set of rules "
                           "that needs neither a key nor a network.",
                           &provider_value, provider_value, kProviders, PGC_SIGHUP, 0, nullptr,
                           AssignProvider, nullptr);
  DefineSecretString("soulprint.proxy", "Sets the proxy for https:// requests.",
                     "An empty string selects none, whatever the environment says. Plain http:// "
                     "requests never use it.",
                     &proxy, "", kProxy);
  DefineInt("soulprint.request_timeout", "Sets the maximum duration of a request.",
            "An answer of many tokens takes minutes.", &request_timeout, 1, INT_MAX, GUC_UNIT_MS);
  DefineBool("soulprint.require_sections", "Fails a pass whose sections cannot be generated.",
             "When off, such a pass completes with MEMORY alone, and the stored sections stay.",
             &require_sections);
  DefineSecretString("soulprint.storage_buckets",
                     "Sets the buckets of Storage that exports may be read from.",
                     "Names, separated by commas. The bucket is the first component of "
                     "storage_path. An empty string allows all buckets.",
                     &storage_buckets, "", kBuckets);
  DefineSecretString("soulprint.storage_key_file",
                     "Sets the file that holds the service key of Supabase Storage.",
                     "The file holds nothing else, and only the server's user may have access to "
                     "it.",
                     &storage_key_file, "", kStorageKeyFile);
  DefineSecretString("soulprint.storage_url",
                     "Sets the URL of the Supabase project whose Storage holds the exports.",
                     "Objects are fetched from /storage/v1/object/ there. An empty string disables "
                     "downloads.",
                     &storage_url, "", kServerUrlOrEmpty);
  DefineSecretString("soulprint.vault_secret",
                     "Sets the name of the secret in Supabase Vault that is the API key of the "
                     "model server.",
                     "It is read before each request, in the database of the passes. An empty "
                     "string reads none.",
                     &vault_secret, "", kName);
  MarkGUCPrefixReserved("soulprint");
}

}  // namespace

void RefuseForeignValues() {
  const config_generic* const foreign = ForeignValue();
  if (foreign == nullptr) return;
  throw Error(sqlstate::kCantChangeRuntimeParam,
              Format("parameter \"{}\" cannot be set by a session", foreign->name))
      .Detail("The settings of soulprint come from the server's configuration only.")
      .Hint(RemedyFor(foreign->reset_source));
}

void Define() {
  pg::Call([] {
    DefineAll();
    if (process_shared_preload_libraries_in_progress) WarnOfInvalidValues();
    StartChecking();
  });
}

std::optional<Obstacle> FindInvalidValue() {
  for (std::size_t i = 0; i < checked_count; ++i) {
    if (checked[i].check == &kAlertUrl) continue;  // passes do without alerts
    const Objection objection = Judge(*checked[i].check, *checked[i].value);
    if (objection.detail == nullptr) continue;
    return Obstacle{
        Format("invalid value for parameter \"{}\"", checked[i].name),
        Format("{} {} Correct the parameter and reload.", objection.detail, objection.hint)};
  }
  return std::nullopt;
}

const std::vector<std::string>& Databases() {
  static const auto& names = *new std::vector<std::string>(
      database == nullptr || Judge(kDatabases, database).detail != nullptr
          ? std::vector<std::string>()
          : *SplitNames(database));
  return names;
}

bool SendsAlerts() { return *alert_url != '\0' && Judge(kAlertUrl, alert_url).detail == nullptr; }

HttpSettings Http() {
  HttpSettings http;
  http.ca_file = ca_file;
  http.proxy = proxy;
  http.connect_timeout = std::chrono::milliseconds(connect_timeout);
  http.timeout = std::chrono::milliseconds(request_timeout);
  return http;
}

}  // namespace soulprint::settings
