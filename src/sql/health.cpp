// soulprint_health(), for members of pg_monitor: soulprint.health() with the rights of the owner.

#include <optional>
#include <string>

#include "net/secret_file.hpp"
#include "pg/call.hpp"
#include "pg/query.hpp"
#include "settings.hpp"
#include "shared_state.hpp"
#include "store/identity.hpp"
#include "store/preflight.hpp"
#include "util/error.hpp"
#include "util/zero_secret.hpp"
#include "worker/gate.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

// A secret of Vault is not looked at here: workers alone run the code of Vault's owner.
std::optional<settings::Obstacle> FindKeyProblem() {
  if (settings::IsOffline() || *settings::api_key_file == '\0') return std::nullopt;
  try {
    std::string key = ReadSecretFile(settings::api_key_file, "soulprint.api_key_file");
    ZeroSecret(&key);
  } catch (const Error& error) {
    return settings::Obstacle{error.what(), error.hint()};
  }
  return std::nullopt;
}

std::optional<Datum> TextOrNothing(const std::optional<settings::Obstacle>& obstacle,
                                   std::string settings::Obstacle::*text) {
  if (!obstacle) return std::nullopt;
  return pg::ToText((*obstacle).*text);
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_health);
PG_FUNCTION_INFO_V1(soulprint_server_state);

Datum soulprint_health(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    for (const pg::Row& row :
         OwnQuery("SELECT check_name, status, message, action FROM soulprint.health(true)").Run()) {
      rows.Add({pg::ToText(row.Text(0)), pg::ToText(row.Text(1)), pg::ToText(row.Text(2)),
                pg::ToTextOrNull(row.TextOrNull(3))});
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_server_state(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const auto obstacle = Gate::WhyClosed();
    const auto pause = shared_state::CurrentPause();
    const auto key = FindKeyProblem();
    pg::RowSet rows(fcinfo);
    rows.Add({pg::ToText(kLibraryVersion), TextOrNothing(obstacle, &settings::Obstacle::reason),
              TextOrNothing(obstacle, &settings::Obstacle::hint),
              pause ? std::optional(TimestampTzGetDatum(pause->since)) : std::nullopt,
              TextOrNothing(key, &settings::Obstacle::reason),
              TextOrNothing(key, &settings::Obstacle::hint)});
    return static_cast<Datum>(0);
  });
}
}
