// A clause ──► dates in the user's life: birthdays, appointments, what happened in which year.

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
  std::string date;  // "2024-03-22", or as it was said: "March 3rd", "next week (said 2024-03-20)"
  std::size_t begin = 0;  // words, with the "on" or "in" before it
  std::size_t end = 0;
};

// The first date in words [begin, end).  What is meant relative to the day of speaking becomes that
// day's date when it is exact ("tomorrow", "in two weeks") and the day of speaking is known.
std::optional<FoundDate> FindDate(const Sentence& sentence, std::size_t begin, std::size_t end,
                                  std::string_view spoken_on);

void TellDates(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
