#include "worker/gate.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "net/url.hpp"
#include "pg/call.hpp"
#include "pg/process.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::optional<settings::Obstacle> SettingsObstacle() {
  if (!settings::enabled) {
    return settings::Obstacle{"soulprint.enabled is off", "Set soulprint.enabled = on and reload."};
  }
  if (std::optional<settings::Obstacle> invalid = settings::FindInvalidValue()) return invalid;
  if (settings::IsOffline()) return std::nullopt;
  const std::string problem = UrlProblem(settings::api_url, settings::plain_http_hosts);
  if (!problem.empty()) {
    return settings::Obstacle{Format("soulprint.api_url {}", problem),
                              "Correct soulprint.api_url and reload."};
  }
  const bool in_file = *settings::api_key_file != '\0';
  const bool in_vault = *settings::vault_secret != '\0';
  if (in_file && in_vault) {
    return settings::Obstacle{"soulprint.api_key_file and soulprint.vault_secret are both set",
                              "Reset one of them and reload."};
  }
  if (!in_file && !in_vault && std::string_view(settings::api_url) == settings::kAnthropicUrl) {
    return settings::Obstacle{
        "no API key is set",
        "Put the key into a file that only the server can read and name it in "
        "soulprint.api_key_file, or name a secret of Supabase Vault in soulprint.vault_secret, and "
        "reload; or set soulprint.provider = 'offline'."};
  }
  return std::nullopt;
}

// The settings that decide which server is asked, as one text.
std::string ModelServer() {
  std::string server = settings::IsOffline() ? "offline" : "messages";
  for (const char* setting : {settings::api_url, settings::api_key_file, settings::vault_secret,
                              settings::ca_file, settings::proxy}) {
    server.append("\n").append(setting);
  }
  if (settings::api_key_header == settings::ApiKeyHeader::kAuthorization) server += " bearer";
  return server;
}

steady_clock::time_point NextProbe(std::chrono::seconds at_least) {
  return steady_clock::now() +
         std::max<milliseconds>(at_least, milliseconds(settings::pause_probe_interval));
}

void Begin(const ServerUnavailable& reason, bool by_probe) {
  const shared_state::Pause pause{reason.what(), reason.hint(), NextProbe(reason.at_least()), 0};
  if (!shared_state::BeginPause(pause, by_probe)) return;
  pg::Log(WARNING, Format("pausing requests: {}", reason.what()), {}, reason.hint());
}

}  // namespace

std::optional<settings::Obstacle> Gate::WhyClosed() {
  if (std::optional<settings::Obstacle> obstacle = SettingsObstacle()) return obstacle;
  const std::optional<shared_state::Pause> pause = shared_state::CurrentPause();
  if (!pause) return std::nullopt;
  return settings::Obstacle{pause->reason, pause->hint};
}

bool Gate::IsProbeDue() {
  const std::optional<shared_state::Pause> pause = shared_state::CurrentPause();
  return pause && !SettingsObstacle() && steady_clock::now() >= pause->next_probe;
}

bool Gate::ClaimProbe() { return IsProbeDue() && shared_state::ClaimProbe(NextProbe({})); }

void Gate::StayClosed(const ServerUnavailable& reason) { Begin(reason, true); }

void Gate::Open() {
  if (!shared_state::EndPause()) return;
  pg::Log(LOG, "resuming requests");
}

void Gate::KeepToServer() { server_ = ModelServer(); }

void Gate::CheckSettings() const {
  pg::HandleInterrupts();
  if (const auto obstacle = SettingsObstacle()) throw PassStopped(obstacle->reason);
}

void Gate::CheckOpen() const {
  if (server_ != ModelServer()) {
    throw PassStopped("model server settings changed during the pass");
  }
  if (const auto pause = shared_state::CurrentPause()) {
    throw PassStopped(pause->reason, pause->hint);
  }
  if (gives_way_) throw TurnOver();
}

void Gate::Close(const ServerUnavailable& reason, bool doubtful) {
  Begin(reason, false);
  // Without preloading nobody probes, so meeting it again would say nothing about the pass.
  met_pause_ = doubtful && shared_state::CurrentPause().has_value();
}

}  // namespace soulprint
