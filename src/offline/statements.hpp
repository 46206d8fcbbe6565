// A user's sentence ──► what it says about the user.

#pragma once

#include <string_view>
#include <vector>

#include "offline/statement.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The category of facts that a kind of statement belongs to.
Category CategoryOf(Statement::Kind kind);

// Adds what the sentence says.  `greeting`: the message greets, so that "I'm Emily" is a name.
void SentenceToStatements(std::string_view sentence, std::string_view spoken_on, bool greeting,
                          std::vector<Statement>* statements);

}  // namespace soulprint
