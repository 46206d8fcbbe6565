#include "worker/alerts.hpp"

#include <chrono>
#include <optional>
#include <string>

#include "net/alert.hpp"
#include "net/url.hpp"
#include "pg/call.hpp"
#include "pg/cancel.hpp"
#include "pg/process.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/alert_queue.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes kAfterFailure{1};

// Every 100 ms, while no transaction is open.
void Wait() {
  pg::WaitForLatch(std::chrono::milliseconds(0));
  pg::EndServerWait();
  pg::HandleInterrupts();
  if (!settings::enabled) throw PassStopped("soulprint.enabled is off");
  pg::ShowServerWait();
}

// Sends one alert.  Returns "", or why that failed.
std::string Send(const Alert& alert) {
  const std::string problem = UrlProblem(settings::alert_url, settings::plain_http_hosts);
  if (!problem.empty()) return "soulprint.alert_url " + problem;
  // Idle: it counts among the busy workers no more.
  pg::ShowIdle(Format("sending the alert of full pass {}", alert.pass));
  try {
    std::string failure =
        SendAlert({settings::alert_url, settings::Http()}, alert.text, AlertLimits(), Wait);
    pg::EndServerWait();
    return failure;
  } catch (const Canceled&) {
    pg::ForgetCancelRequest();
    return "canceled by an administrator";
  } catch (const PassStopped& stopped) {
    return stopped.what();
  }
}

}  // namespace

void SendAlerts() {
  while (settings::SendsAlerts() && settings::enabled &&
         steady_clock::now() >= shared_state::NextAlert()) {
    const std::optional<Alert> alert = TakeAlert();
    if (!alert) return;
    const std::string failure = Send(*alert);
    if (failure.empty()) continue;
    shared_state::DelayAlerts(steady_clock::now() + kAfterFailure);
    pg::Log(WARNING, Format("could not send the alert of full pass {}: {}", alert->pass, failure),
            {},
            "Correct soulprint.alert_url, or look at its server. Other alerts wait for a minute.",
            std::string(sqlstate::kConnectionException));
    return;
  }
}

}  // namespace soulprint
