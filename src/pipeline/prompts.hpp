// The wording of every question: the project's own.  An operator's wording in soulprint.prompts
// takes the place of a step's system prompt.

#pragma once

#include <string>
#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// The system prompt of this step: `operator_prompt` if it is not empty, else our own.  For the
// sections step the MEMORY sentence of CONTRACT 7 is the last instruction of whatever wording is in
// force.
std::string SystemPrompt(Step step, std::string_view operator_prompt);

// What follows the fenced material (facts, reduce, memory; the sections question has none).
std::string Instruction(Step step);

// What the model is told about an answer that was not the JSON it should have been.
std::string JsonCorrection(std::string_view reason);

// What the model is told about a generic ai_name, which it names.
std::string AiNameCorrection(std::string_view ai_name);

// What the model is told about a MEMORY that was refused as a placeholder.
std::string MemoryCorrection();

}  // namespace soulprint
