// Points in time, as exports write them and as prompts and rows show them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace soulprint {

// Microseconds since 1970-01-01 00:00 UTC; nullopt = unknown (stored as -infinity).
using Time = std::optional<std::int64_t>;

// "2024-03-20" in UTC, "unknown date" if there is none.
std::string FormatDate(Time time);

// "2024-03-20T10:00:00Z" in UTC (with microseconds if there are any), "" if there is none.
std::string FormatTime(Time time);

// A point in time as exports write it: Unix seconds or milliseconds as a number (over 10^11 =
// milliseconds), or ISO 8601, or a number in a string.  nullopt if it is none.
Time ParseTime(std::string_view text);
Time TimeFromNumber(double seconds_or_milliseconds);

}  // namespace soulprint
