// Sample + MEMORY ──► soul, identity, user, agents, tools (CONTRACT 7).

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/store.hpp"
#include "pipeline/types.hpp"
#include "pipeline/wording_model.hpp"

namespace soulprint {

// The sample's text for one of the sizes tried: 200 conversations and 600,000 characters, and less
// when the model says that it is too long.
using FormatSample = std::function<std::string(std::size_t conversations, std::size_t max_chars)>;

// The five sections.  Where the model insists on a generic ai_name the stored one stays, if there
// is one.  Throws Error 38000 when no answer of the model can be used, 08000 when it gave no
// answer.
Sections SampleToSections(const FormatSample& format, const std::string& memory_md,
                          WordingModel& model, Store& store);

// A model's answer → five complete sections without invisible characters, nullopt if it is none.
std::optional<Sections> ParseSections(std::string_view reply);

// The ai_name in a stored identity section, on one line; "" if there is none.
std::string AiName(const std::optional<std::string>& identity_md);

}  // namespace soulprint
