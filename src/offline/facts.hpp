// The material of a facts question ──► the answer that a language model would give.

#pragma once

#include <string>
#include <string_view>

namespace soulprint {

// Throws Error 22P02 when the material is not the JSON document of ChunkToQuestion.
std::string AnswerFacts(std::string_view material);

}  // namespace soulprint
