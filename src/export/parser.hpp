// The JSON of one conversation ──► RawConversation.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "export/limits.hpp"
#include "export/raw_conversation.hpp"
#include "util/json_events.hpp"

namespace soulprint {

// In bytes.  Longer ids are ignored; they would not fit an index entry.
inline constexpr std::size_t kIdBytes = 500;

enum class ParseResult { kRead, kInvalid, kTooDeep, kTooLarge };

struct ParseLimits {
  std::size_t max_nesting = kMaxNesting;
  std::size_t max_bytes = SIZE_MAX;  // of memory, for what is kept
};

// Parses JSON text, or the events of a JSON value.  Values that are not needed are skipped and take
// no memory.  The text must have gone through CleanUtf8 and RepairEscapes.
ParseResult JsonToRaw(const std::string& json, const ParseLimits& limits, RawConversation* result);
ParseResult JsonToRaw(const SendJson& send, const ParseLimits& limits, RawConversation* result);

}  // namespace soulprint
