// What completes a question.

#pragma once

#include <functional>

#include "pipeline/model.hpp"

namespace soulprint {

// Sets what a question needs besides its material: the wording in force, the model's name.
using Complete = std::function<void(Question*)>;

}  // namespace soulprint
