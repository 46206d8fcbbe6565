#include "pg/process.hpp"

#include "pg/call.hpp"
#include "pg/cancel.hpp"

#include "pg/postgres.hpp"

namespace soulprint::pg {

namespace {

void HandleCancel(SIGNAL_ARGS) {
  // A lock timeout arrives as the same signal.
  if (!get_timeout_indicator(LOCK_TIMEOUT, false)) NoteCancelRequest();
  StatementCancelHandler(postgres_signal_arg);
}

volatile sig_atomic_t terminating = 0;

void HandleTerminate(SIGNAL_ARGS) {
  terminating = 1;
  die(postgres_signal_arg);
}

void (*call_at_quit)(bool crash) = nullptr;

void HandleQuit(SIGNAL_ARGS) {
  const QuitSignalReason reason = GetQuitSignalReason();
  if (reason != PMQUIT_NOT_SENT) call_at_quit(reason == PMQUIT_FOR_CRASH);
  SignalHandlerForCrashExit(postgres_signal_arg);
}

}  // namespace

bool IsTerminating() { return terminating != 0; }

void InstallSignalHandlers() {
  Call([] {
    pqsignal(SIGTERM, HandleTerminate);
    pqsignal(SIGINT, HandleCancel);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
  });
}

std::int64_t Timeline() { return GetWALInsertionTimeLine(); }

void CallAtQuit(void (*function)(bool crash)) {
  call_at_quit = function;
  Call([] { pqsignal(SIGQUIT, HandleQuit); });
}

void DiscardAll() {
  try {
    Call([] {
      // Not a pg::Transaction: the command refuses a transaction block.
      StartTransactionCommand();
      DiscardStmt discard{};
      discard.type = T_DiscardStmt;
      discard.target = DISCARD_ALL;
      DiscardCommand(&discard, true);
      CommitTransactionCommand();
    });
  } catch (...) {
    AbortOutOfAnyTransaction();
    throw;
  }
}

void SetUpSession(const char* application_name, const std::string& search_path) {
  Call([&] {
    const char* const kSettings[][2] = {{"application_name", application_name},
                                        {"search_path", search_path.c_str()},
                                        {"statement_timeout", "0"},
                                        {"lock_timeout", "5s"},
                                        // A pass waits for this server's disk, not for standbys.
                                        {"synchronous_commit", "local"},
                                        {"idle_in_transaction_session_timeout", "0"},
                                        {"idle_session_timeout", "0"},
                                        {"transaction_timeout", "0"},
                                        {"default_transaction_isolation", "read committed"},
                                        {"default_transaction_read_only", "off"},
                                        {"default_transaction_deferrable", "off"},
                                        {"row_security", "on"},
                                        // A crash in a parallel worker would not be the leader's.
                                        {"max_parallel_workers_per_gather", "0"},
                                        {"log_parameter_max_length", "0"},
                                        {"log_parameter_max_length_on_error", "0"},
                                        {"auto_explain.log_parameter_max_length", "0"},
                                        {"pgaudit.log_parameter", "off"},
                                        {"debug_print_parse", "off"},
                                        {"debug_print_rewritten", "off"},
                                        {"debug_print_plan", "off"},
                                        // Compiling takes longer than any statement here.
                                        {"jit", "off"}};
    for (const auto& setting : kSettings) {
      // Not every version has each, nor loads the library.
      if (GetConfigOption(setting[0], true, false) == nullptr) continue;
      SetConfigOption(setting[0], setting[1], PGC_SUSET, PGC_S_SESSION);
    }
  });
}

void ShowActivity(const std::string& text) {
  Call([&] { pgstat_report_activity(STATE_RUNNING, text.c_str()); });
}

void ShowIdle(const std::string& text) {
  Call([&] { pgstat_report_activity(STATE_IDLE, text.c_str()); });
}

void ShowServerWait() {
  static const uint32 event = Call([] { return NewWaitEvent("SoulprintRequests"); });
  pgstat_report_wait_start(event);
}

void EndServerWait() { pgstat_report_wait_end(); }

bool HandleInterrupts() {
  CheckForInterrupts();
  if (!ConfigReloadPending) return false;
  ConfigReloadPending = false;
  Call([] { ProcessConfigFile(PGC_SIGHUP); });
  return true;
}

void WaitForLatch(std::chrono::milliseconds time) {
  Call([&] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
              static_cast<long>(time.count()), PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  });
}

}  // namespace soulprint::pg
