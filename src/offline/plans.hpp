// A clause ──► projects, beliefs and decisions.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void TellPlans(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
