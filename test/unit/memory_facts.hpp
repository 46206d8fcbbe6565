// Facts about days, and the MEMORY of a user about whom nothing is known.

#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "pipeline/types.hpp"

namespace soulprint {

inline constexpr const char* kNothing =
    "## Personal Facts\n\nNo data yet.\n\n## Preferences\n\nNo data yet.\n\n## Projects\n\nNo data "
    "yet.\n\n## Important Dates\n\n"
    "No data yet.\n\n## Beliefs & Values\n\nNo data yet.\n\n## Decisions & Context\n\nNo data yet.";

inline std::int64_t Day(int day) { return day * std::int64_t{86400000000}; }

inline Fact Make(Category category, std::string text, int day = 0, std::string more = "",
                 std::string most = "") {
  Fact fact;
  fact.category = category;
  fact.text = std::move(text);
  fact.more = {std::move(more), std::move(most)};
  fact.sources = {{"c" + std::to_string(day), 0, -1, Day(day)}};
  return fact;
}

}  // namespace soulprint
