// A clause ──► likes, dislikes, habits and the like.

#pragma once

#include <vector>

#include "offline/statement.hpp"

namespace soulprint {

void ExtractTastes(const Clause& clause, std::vector<Statement>* statements);

}  // namespace soulprint
