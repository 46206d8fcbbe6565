// The built-in wording of the facts question.

#pragma once

#include <string_view>

namespace soulprint {

// Never changes between questions and has at least 4,096 tokens, so that a server can cache it
// (doc/messages_api.md).  Its examples are documents and answers of the form that it describes,
// each on a line of its own after "Document: " and "Answer: ".
extern const std::string_view kFactsWording;

}  // namespace soulprint
