// Points in time as vendors print them for people, in the language of the account.

#pragma once

#include <string_view>

#include "util/time.hpp"

namespace soulprint {

struct LocalTime {
  bool found = false;  // the line is a date with a time of day, in some language
  Time at;             // unknown if the language or the calendar is
};

// Reads one line: "Jan 5, 2026, 9:00:00 AM CET", "05.01.2026, 09:00:00 MEZ", "2026年1月5日 9:00:00
// JST", "5 janv. 2026, 09:00:00 UTC+01:00" …  The time of day must have seconds.  A zone that is
// missing or unknown is UTC.  Of "1/5/2026" the day comes first unless month_first, or unless it
// can be no month.
LocalTime ReadLocalTime(std::string_view line, bool month_first = false);

}  // namespace soulprint
