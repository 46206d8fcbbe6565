// The project's own wording of every question.  An operator's wording in soulprint.prompts replaces
// the system prompt of a step.

#pragma once

#include <string>
#include <string_view>

#include "pipeline/model.hpp"

namespace soulprint {

// The system prompt of this step: `operator_prompt` if it is not empty, else our own.  For the
// sections step the MEMORY sentence (doc/behavior.md, "Sections") is appended to either.
std::string SystemPrompt(Step step, std::string_view operator_prompt);

// The instruction after the material; "" for the sections question.
std::string Instruction(Step step);

// The instruction of the facts step for notes of other assistants.
std::string NotesInstruction();

// The correction for an answer that is not the JSON asked for.
std::string JsonCorrection(std::string_view reason);

// The correction for a MEMORY that was rejected as a placeholder.
std::string MemoryCorrection();

}  // namespace soulprint
