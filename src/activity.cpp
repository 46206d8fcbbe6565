#include "activity.hpp"

#include "settings.hpp"
#include "util/error.hpp"

#include "pg/call.hpp"
#include "pg/postgres.hpp"

namespace soulprint {

void ShowActivity(const std::string& text) {
  pg::Call([&] { pgstat_report_activity(STATE_RUNNING, text.c_str()); });
}

void ShowIdle(const std::string& text) {
  pg::Call([&] { pgstat_report_activity(STATE_IDLE, text.c_str()); });
}

bool ObeySignals() {
  pg::CheckForInterrupts();
  if (!ConfigReloadPending) return false;
  ConfigReloadPending = false;
  pg::Call([] { ProcessConfigFile(PGC_SIGHUP); });
  return true;
}

void ObeyServer() {
  pgstat_report_wait_end();
  ObeySignals();
  if (const auto obstacle = settings::FindObstacle()) {
    throw Error(sqlstate::kAdminShutdown, obstacle->reason);
  }
}

void LookAtLatch() {
  pg::Call([] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 0, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  });
}

void ShowWaitForRequests() {
  static const uint32 event = pg::Call([] { return pg::NewWaitEvent("SoulprintRequests"); });
  pgstat_report_wait_start(event);
}

void SetUpSession(const char* application_name) {
  pg::Call([&] {
    const char* const kSettings[][2] = {{"application_name", application_name},
                                        {"search_path", "pg_catalog"},
                                        {"statement_timeout", "0"},
                                        {"lock_timeout", "5s"},
                                        {"idle_in_transaction_session_timeout", "0"},
                                        {"idle_session_timeout", "0"},
                                        {"transaction_timeout", "0"},
                                        {"default_transaction_isolation", "read committed"},
                                        {"default_transaction_read_only", "off"},
                                        {"default_transaction_deferrable", "off"},
                                        {"row_security", "on"},
                                        // Compiling takes longer than any statement here.
                                        {"jit", "off"}};
    for (const auto& setting : kSettings) {
      // Not every version has each.
      if (GetConfigOption(setting[0], true, false) == nullptr) continue;
      SetConfigOption(setting[0], setting[1], PGC_USERSET, PGC_S_SESSION);
    }
  });
}

namespace {

volatile sig_atomic_t cancel_requested = 0;

void HandleCancel(SIGNAL_ARGS) {
  // A lock timeout makes itself known by the same signal.
  if (!get_timeout_indicator(LOCK_TIMEOUT, false)) cancel_requested = 1;
  StatementCancelHandler(postgres_signal_arg);
}

}  // namespace

bool CancelRequested() { return cancel_requested != 0; }

void ForgetCancelRequest() { cancel_requested = 0; }

void InstallSignalHandlers() {
  pg::Call([] {
    pqsignal(SIGTERM, die);
    pqsignal(SIGINT, HandleCancel);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
  });
}

}  // namespace soulprint
