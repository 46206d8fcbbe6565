#include "worker/gate.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pg/call.hpp"
#include "pg/query.hpp"
#include "pg/transaction.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

namespace {

bool has_met_pause = false;

std::chrono::steady_clock::time_point NextProbe(std::chrono::seconds at_least) {
  return std::chrono::steady_clock::now() +
         std::max<std::chrono::milliseconds>(
             at_least, std::chrono::milliseconds(settings::pause_probe_interval));
}

void Begin(const Error& reason, std::chrono::seconds at_least, bool by_probe) {
  if (wake::BeginPause({reason.what(), reason.hint(), NextProbe(at_least)}, by_probe)) {
    pg::Log(WARNING, "soulprint pauses: " + std::string(reason.what()), {}, reason.hint());
  }
}

}  // namespace

std::optional<settings::Obstacle> FindObstacle() {
  if (std::optional<settings::Obstacle> obstacle = settings::FindObstacle()) return obstacle;
  if (settings::provider == static_cast<int>(settings::Provider::kOffline)) return std::nullopt;
  const std::optional<wake::Pause> pause = wake::CurrentPause();
  if (!pause) return std::nullopt;
  return settings::Obstacle{pause->reason, pause->hint};
}

void PauseAll(const Error& reason, std::chrono::seconds at_least) {
  Begin(reason, at_least, false);
  // Without preloading nobody probes, so that to meet it again says nothing about the pass.
  has_met_pause = wake::CurrentPause().has_value();
}

bool HasMetPause() { return std::exchange(has_met_pause, false); }

int CountPause(std::int64_t pass) {
  return pg::InTransaction([&] {
    const pg::Rows rows = OwnQuery(
                              "UPDATE soulprint.full_passes SET pauses = pauses + 1"
                              " WHERE id = $1 RETURNING pauses")
                              .BigInt(pass)
                              .Run();
    return rows.empty() ? 0 : static_cast<int>(rows.front().BigInt(0));
  });
}

void ObeyPause() {
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

void ProlongPause(const Error& reason, std::chrono::seconds at_least) {
  Begin(reason, at_least, true);
}

void EndPause() {
  if (wake::EndPause()) pg::Log(LOG, "soulprint goes on: the model server answers again");
}

}  // namespace soulprint
