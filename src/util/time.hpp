// Points in time: parsing the forms in exports, formatting for prompts and rows.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace soulprint {

// Microseconds since 1970-01-01 00:00 UTC; nullopt = unknown (stored as -infinity).
using Time = std::optional<std::int64_t>;

// "2024-03-20" in UTC, "unknown date" for an unknown time.
std::string FormatDate(Time time);

// "2024-03-20T10:00:00Z" in UTC, with microseconds unless they are 0; "" for an unknown time.
std::string FormatTime(Time time);

// Parses ISO 8601, or Unix time in seconds, milliseconds, microseconds or nanoseconds, as its size
// says.  nullopt if it is neither, or not in the years 1 to 9999.
Time ParseTime(std::string_view text);
Time TimeFromNumber(double number);

}  // namespace soulprint
