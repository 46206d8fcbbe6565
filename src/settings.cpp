#include "settings.hpp"

#include <climits>
#include <string_view>

#include "net/url.hpp"
#include "pg/call.hpp"
#include "util/error.hpp"

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

void DefineBool(const char* name, const char* description, const char* more, bool* value) {
  DefineCustomBoolVariable(name, description, more, value, *value, PGC_SIGHUP, 0, nullptr, nullptr,
                           nullptr);
}

void DefineInt(const char* name, const char* description, const char* more, int* value, int least,
               int most, int unit = 0) {
  DefineCustomIntVariable(name, description, more, value, *value, least, most, PGC_SIGHUP, unit,
                          nullptr, nullptr, nullptr);
}

void DefineString(const char* name, const char* description, const char* more, char** value,
                  const char* preset, GucContext context = PGC_SIGHUP, int flags = 0) {
  DefineCustomStringVariable(name, description, more, value, preset, context, flags, nullptr,
                             nullptr, nullptr);
}

// Names a URL, a file or a host: for superusers only, to set and to see.
void DefineSecretString(const char* name, const char* description, const char* more, char** value,
                        const char* preset) {
  DefineString(name, description, more, value, preset, PGC_SIGHUP, GUC_SUPERUSER_ONLY);
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
  throw Error("55P02",
              std::string("parameter \"") + foreign->name + "\" cannot be set by a session",
              "The settings of soulprint come from the server's configuration only.",
              OriginOf(foreign->reset_source));
}

void Define() {
  if (process_shared_preload_libraries_in_progress) {
    DefineString("soulprint.database", "Database whose requested passes the launcher runs.",
                 "Takes a restart. Elsewhere only CALL soulprint_run_full_pass() runs passes.",
                 &database, "postgres", PGC_POSTMASTER);
  }
  DefineSecretString(
      "soulprint.api_key_file", "File that holds nothing but the API key of the model server.",
      "Read before each request. Only the server's user may have access to it. Empty sends no key.",
      &api_key_file, "");
  DefineSecretString(
      "soulprint.api_url", "Server of the Messages API that is asked.",
      "Without /v1/messages. http:// is for this machine and soulprint.plain_http_hosts.", &api_url,
      kAnthropicUrl);
  DefineString("soulprint.app_schema", "Schema of the application's tables.",
               "user_profiles, raw_conversations and conversation_chunks are looked for there.",
               &app_schema, "public");
  DefineSecretString("soulprint.ca_file",
                     "Certificates that servers are checked against; empty for the system's.",
                     "A file in PEM format.", &ca_file, "");
  DefineInt("soulprint.connect_timeout", "How long connecting to the model server may take.",
            "Longer than that is a broken connection, which is tried again.", &connect_timeout, 1,
            INT_MAX, GUC_UNIT_MS);
  DefineBool("soulprint.enabled", "Whether passes are run; off returns running passes to pending.",
             "Requests are taken all the same and wait.", &enabled);
  DefineInt("soulprint.keep_history", "How long an ended pass stays in the history.",
            "Workers delete what is older, at each poll.", &keep_history, 0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_replies", "How long a model's answer is remembered.",
            "Workers delete what is older, at each poll; the question is paid for again if it "
            "comes again.",
            &keep_replies, 0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_versions", "How many earlier profiles are kept per user.",
            "soulprint_rollback() publishes one of them again.", &keep_versions, 0, INT_MAX);
  DefineInt("soulprint.max_pass_attempts", "Attempts before a pass has failed.",
            "An attempt that was cut short by a restart or a pause does not count.",
            &max_pass_attempts, 1, 1000);
  DefineInt("soulprint.max_concurrent_requests", "Requests of a pass that are open at a time.",
            "All workers together have up to soulprint.max_workers times as many.",
            &max_concurrent_requests, 1, 1000);
  DefineInt("soulprint.max_conversation_size",
            "Largest conversation of an export that is read, as JSON.",
            "A larger one is skipped and counted.", &max_conversation_size, 1, 256, GUC_UNIT_MB);
  DefineInt(
      "soulprint.max_export_size",
      "Largest export that is read: the conversation files, decompressed.",
      "Also the largest object that is downloaded from Storage, unless temp_file_limit is lower.",
      &max_export_size, 1, INT_MAX, GUC_UNIT_MB);
  DefineInt("soulprint.max_workers", "Passes that run at the same time.",
            "Each takes one of max_worker_processes.", &max_workers, 1, 64);
  DefineCustomRealVariable(
      "soulprint.min_chunk_success",
      "Share of the chunks that must be read for an attempt to go on.",
      "Otherwise nothing is published, and the next attempt asks for the rest.", &min_chunk_success,
      min_chunk_success, 0, 1, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
  DefineString("soulprint.model", "Language model that is asked.",
               "The provider \"offline\" has its own.", &model, "claude-haiku-4-5-20251001");
  DefineInt("soulprint.pause_probe_interval",
            "How often the model server is asked again after it said that asking is useless.",
            "A question of a few tokens is sent that is nobody's.", &pause_probe_interval, 100,
            INT_MAX, GUC_UNIT_MS);
  DefineSecretString("soulprint.plain_http_hosts",
                     "Hosts besides this machine that may be asked over http://, separated by "
                     "commas.",
                     "Names or addresses. What is sent to them can be read on the way.",
                     &plain_http_hosts, "");
  DefineInt("soulprint.poll_interval",
            "How often profiles are looked up that became pending without the trigger.",
            "Requests that the trigger sees begin at once, whatever the interval.", &poll_interval,
            100, INT_MAX, GUC_UNIT_MS);
  DefineCustomEnumVariable("soulprint.provider",
                           "Who answers: a server of the Messages API, or rules without a network.",
                           "\"offline\" needs neither a key nor a server.", &provider, provider,
                           kProviders, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
  DefineSecretString("soulprint.proxy",
                     "Proxy for requests; empty for none, whatever the environment says.",
                     "Plain http:// never goes through it.", &proxy, "");
  DefineInt("soulprint.max_request_attempts", "Attempts before a question has failed.",
            "Broken connections and unreadable answers have at most three.", &max_request_attempts,
            1, 100);
  DefineInt("soulprint.request_timeout", "How long one request may take.",
            "An answer of many tokens takes minutes.", &request_timeout, 1, INT_MAX, GUC_UNIT_MS);
  DefineSecretString("soulprint.storage_buckets",
                     "Buckets of Storage that exports are read from, separated by commas; empty "
                     "for all.",
                     "The bucket is the first component of storage_path.", &storage_buckets, "");
  DefineSecretString("soulprint.storage_key_file",
                     "File that holds nothing but the service key of Supabase Storage.",
                     "Only the server's user may have access to it.", &storage_key_file, "");
  DefineSecretString("soulprint.storage_url",
                     "Supabase project in whose Storage exports lie; empty for none.",
                     "Objects are fetched from /storage/v1/object/ there.", &storage_url, "");
  DefineBool("soulprint.require_sections",
             "Whether a pass whose sections cannot be made has failed.",
             "Off: a pass is complete with MEMORY alone, and the stored sections stay.",
             &require_sections);
  MarkGUCPrefixReserved("soulprint");
}

HttpSettings Http() {
  HttpSettings http;
  http.ca_file = ca_file;
  http.proxy = proxy;
  http.connect_timeout = std::chrono::milliseconds(connect_timeout);
  http.timeout = std::chrono::milliseconds(request_timeout);
  return http;
}

}  // namespace soulprint::settings
