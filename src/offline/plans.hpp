// A clause ──► projects, beliefs and decisions.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void ExtractPlans(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
