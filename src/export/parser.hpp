// The JSON of one conversation ──► what of it is needed (ExportedConversation).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "export/raw_conversation.hpp"
#include "util/json_events.hpp"

namespace soulprint {

// Longer ids are no ids: nothing can be indexed under them.
inline constexpr std::size_t kIdBytes = 500;

enum class ReadJson { kRead, kInvalid, kTooDeep, kTooLarge };

struct ReadLimits {
  std::size_t max_nesting = 512;
  std::size_t max_bytes = SIZE_MAX;  // of memory, for what is kept
};

// Reads JSON text, or the events of a value.  What is not needed is read over and never kept.  The
// text must be storable: CleanUtf8, RepairEscapes.
ReadJson JsonToExported(const std::string& json, const ReadLimits& limits,
                        ExportedConversation* result);
ReadJson JsonToExported(const SendJson& send, const ReadLimits& limits,
                        ExportedConversation* result);

}  // namespace soulprint
