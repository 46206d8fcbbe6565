// A clause ──► pastimes that the user spends time on, by one name each.

#pragma once

#include <vector>

#include "offline/statements.hpp"

namespace soulprint {

void TellActivities(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
