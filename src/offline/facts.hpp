// The material of a facts question ──► the answer that a language model would give.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// The JSON object of the five lists of facts.  Throws Error 22P02 when the material is not the
// document that ChunkToQuestion writes.
std::string AnswerFacts(std::string_view material);

}  // namespace soulprint
