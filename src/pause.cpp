#include "pause.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pg/call.hpp"
#include "wake.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

bool is_probe = false;

std::chrono::steady_clock::time_point NextProbe(std::chrono::seconds at_least) {
  return std::chrono::steady_clock::now() +
         std::max<std::chrono::milliseconds>(
             at_least, std::chrono::milliseconds(settings::pause_probe_interval));
}

}  // namespace

std::optional<settings::Obstacle> FindObstacle() {
  if (std::optional<settings::Obstacle> obstacle = settings::FindObstacle()) return obstacle;
  if (is_probe || settings::provider == static_cast<int>(settings::Provider::kOffline)) {
    return std::nullopt;
  }
  const std::optional<wake::Pause> pause = wake::CurrentPause();
  if (!pause) return std::nullopt;
  return settings::Obstacle{pause->reason, pause->hint};
}

void PauseAll(const Error& reason, std::chrono::seconds at_least) {
  const bool by_probe = std::exchange(is_probe, false);
  if (wake::BeginPause({reason.what(), reason.hint(), NextProbe(at_least)}, by_probe)) {
    pg::Log(WARNING, "soulprint pauses: " + std::string(reason.what()), {}, reason.hint());
  }
}

void ObeyPause() {
  if (is_probe) return;
  if (const auto pause = wake::CurrentPause()) {
    throw Error(sqlstate::kAdminShutdown, pause->reason, {}, pause->hint);
  }
}

bool IsProbeDue() {
  const std::optional<wake::Pause> pause = wake::CurrentPause();
  return !settings::FindObstacle() && pause &&
         std::chrono::steady_clock::now() >= pause->next_probe;
}

bool TakeProbe() { return IsProbeDue() && wake::TakeProbe(NextProbe({})); }

void BeProbe(bool is_it) { is_probe = is_it; }

void ServerAnswered() {
  // Answers of others may be to what they asked before the pause.
  if (!is_probe) return;
  is_probe = false;
  if (wake::EndPause()) pg::Log(LOG, "soulprint goes on: the model server answers again");
}

}  // namespace soulprint
