// The material of a facts question ──► the answer that a language model would give.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The JSON object of the six lists of facts: sentences of the user's own, each its own quote, the
// best of each conversation.  Throws Error 22P02 when the material is not the document that
// ChunkToQuestion writes.
std::string AnswerFacts(std::string_view material);

}  // namespace soulprint
