// A clause ──► dates in the user's life: birthdays, appointments, events of a year.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/statement.hpp"
#include "offline/words.hpp"

namespace soulprint {

struct FoundDate {
  std::string
      date;  // "2024-03-22", or the user's words: "March 3rd", "next week (said 2024-03-20)"
  std::size_t begin = 0;  // first word, including an "on" or "in"
  std::size_t end = 0;
};

// The first date in words [begin, end).  An exact relative date ("tomorrow", "in two weeks")
// becomes a calendar date if the day of speaking is known.
std::optional<FoundDate> FindDate(const Sentence& sentence, std::size_t begin, std::size_t end,
                                  std::string_view spoken_on);

void ExtractDates(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
