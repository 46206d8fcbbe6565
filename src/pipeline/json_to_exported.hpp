// The JSON of one conversation ──► what of it is needed (ExportedConversation).

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/exported_conversation.hpp"

namespace soulprint {

enum class ReadJson { kRead, kInvalid, kTooDeep };

// Reads JSON text, or JSON already parsed.  What is not needed is read over and never kept.  The
// text must be storable: CleanUtf8, RepairEscapes.
ReadJson JsonToExported(const std::string& json, int max_nesting, ExportedConversation* result);
ReadJson JsonToExported(const nlohmann::json& json, int max_nesting, ExportedConversation* result);

}  // namespace soulprint
