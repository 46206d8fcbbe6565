// A clause ──► who the user is: name, place, occupation, age, the people and animals around.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void TellPerson(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
