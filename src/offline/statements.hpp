// A user's sentence ──► statements about the user.

#pragma once

#include <string_view>
#include <vector>

#include "offline/statement.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The category of facts for a kind of statement.
Category CategoryOf(Statement::Kind kind);

// Appends the statements in a sentence.  `greeting`: the message greets, so that "I'm Emily" is a
// name.
void SentenceToStatements(std::string_view sentence, std::string_view spoken_on, bool greeting,
                          std::vector<Statement>* statements);

}  // namespace soulprint
