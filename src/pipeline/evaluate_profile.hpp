// The profile under test: a pass without the newest conversations that publishes nothing.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/full_pass.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// The profile of a pass that reads all but the newest `left_out` conversations.  Answers are
// remembered in the store; nothing else is written.  Sections that cannot be made are left out.
// Throws as RunFullPass does.
Profile ProfileWithout(std::size_t left_out, Store& store, Model& model, PassOptions options);

// MEMORY, written once more from the facts of the same pass: by another try of the same questions.
std::string MemoryOnceMore(std::size_t left_out, Store& store, Model& model,
                           const PassOptions& options);

// The bullets of MEMORY, without their marks.
std::vector<std::string> Bullets(const std::string& memory_md);

}  // namespace soulprint
