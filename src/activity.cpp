#include "activity.hpp"

#include "error.hpp"
#include "settings.hpp"

#include "pg/call.hpp"
#include "pg/postgres.hpp"

namespace soulprint {

void ShowActivity(const std::string& text) {
  pg::Call([&] { pgstat_report_activity(STATE_RUNNING, text.c_str()); });
}

void ShowIdle(const std::string& text) {
  pg::Call([&] { pgstat_report_activity(STATE_IDLE, text.c_str()); });
}

void ObeySignals() {
  pg::CheckForInterrupts();
  if (!ConfigReloadPending) return;
  ConfigReloadPending = false;
  pg::Call([] { ProcessConfigFile(PGC_SIGHUP); });
}

void ObeyServer() {
  ObeySignals();
  if (!settings::enabled) {
    throw Error(sqlstate::kAdminShutdown, "soulprint.enabled is off");
  }
  const std::string reason = settings::PauseReason();
  if (!reason.empty()) throw Error(sqlstate::kAdminShutdown, reason);
}

void InstallSignalHandlers() {
  pg::Call([] {
    pqsignal(SIGTERM, die);
    pqsignal(SIGINT, StatementCancelHandler);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
  });
}

}  // namespace soulprint
