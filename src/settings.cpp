#include "settings.hpp"

#include <climits>

#include "llm/offline.hpp"
#include "pg/call.hpp"

#include "pg/postgres.hpp"

namespace soulprint::settings {

char* database;
char* app_schema;
char* model;
int provider = static_cast<int>(Provider::kAnthropic);
bool enabled = true;
bool v2_required = true;
int max_workers = 3;
int poll_interval = 30 * 1000;
int max_attempts = 3;
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
                  GucContext context = PGC_SIGHUP) {
  DefineCustomStringVariable(name, description, nullptr, value, preset, context, 0, nullptr,
                             nullptr, nullptr);
}

}  // namespace

void Define() {
  if (process_shared_preload_libraries_in_progress) {
    DefineString("soulprint.database", "Database whose requested passes the launcher runs.",
                 &database, "postgres", PGC_POSTMASTER);
  }
  DefineString("soulprint.app_schema", "Schema of the application's tables.", &app_schema,
               "public");
  DefineBool("soulprint.enabled", "Whether passes are run; off returns running passes to pending.",
             &enabled);
  DefineInt("soulprint.keep_history", "How long an ended pass stays in the history.", &keep_history,
            0, INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_replies", "How long a model's answer is remembered.", &keep_replies, 0,
            INT_MAX, GUC_UNIT_MIN);
  DefineInt("soulprint.keep_versions", "How many earlier profiles are kept per user.",
            &keep_versions, 0, INT_MAX);
  DefineInt("soulprint.max_attempts", "Attempts before a pass has failed.", &max_attempts, 1, 1000);
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
  DefineInt("soulprint.poll_interval",
            "How often profiles are looked up that became pending without the trigger.",
            &poll_interval, 100, INT_MAX, GUC_UNIT_MS);
  DefineCustomEnumVariable("soulprint.provider",
                           "Who answers: a server of the Messages API, or rules without a network.",
                           nullptr, &provider, provider, kProviders, PGC_SIGHUP, 0, nullptr,
                           nullptr, nullptr);
  DefineBool("soulprint.v2_required", "Whether a pass whose sections cannot be made has failed.",
             &v2_required);
  MarkGUCPrefixReserved("soulprint");
}

std::string AppTable(const char* name) {
  const char* const quoted = pg::Call([&] { return quote_qualified_identifier(app_schema, name); });
  return quoted;
}

std::string ModelName() {
  return provider == static_cast<int>(Provider::kOffline) ? std::string(kOfflineModelName)
                                                          : std::string(model);
}

std::string PauseReason() {
  if (provider == static_cast<int>(Provider::kOffline)) return {};
  return "soulprint.provider is \"anthropic\", which this version cannot ask yet";
}

}  // namespace soulprint::settings
