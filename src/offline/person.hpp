// A clause ──► who the user is: name, place, occupation, age, household and other people.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void ExtractPerson(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
