// A clause ──► pastimes that the user spends time on, by one name each.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void TellActivities(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
