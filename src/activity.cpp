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

void InstallSignalHandlers() {
  pg::Call([] {
    pqsignal(SIGTERM, die);
    pqsignal(SIGINT, StatementCancelHandler);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
  });
}

}  // namespace soulprint
