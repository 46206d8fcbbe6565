// A clause ──► the user's pastimes, each under one name.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void ExtractActivities(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
