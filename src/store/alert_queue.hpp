// Alerts that wait to be sent: each stands in the row of its failed pass, committed with its end
// (doc/behavior.md, "Alerts").

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace soulprint {

// SQL, true for a row of soulprint.full_passes whose alert waits.
inline constexpr const char* kAlertWaits =
    "alert IS NOT NULL AND ended_at > now() - interval '1 h'";

struct Alert {
  std::int64_t pass = 0;
  std::string text;
};

// Takes the oldest alert that waits, in a transaction of its own: nobody sends it again.  nullopt
// if there is none.
std::optional<Alert> TakeAlert();

}  // namespace soulprint
