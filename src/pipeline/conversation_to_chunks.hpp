// A conversation ──► chunks of about 2,000 tokens (doc/behavior.md, "Chunks").

#pragma once

#include <functional>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

struct ChunkSize {
  int target_tokens = 2000;
  int overlap_tokens = 200;  // less than target_tokens
};

// The chunks of a conversation, none if it has no visible message.  Linear in its length.
// Throws Error 22023 unless 1 <= target_tokens <= 1,000,000 and 0 <= overlap_tokens <
// target_tokens, and Error 54000 if the chunks together exceed 1 GB.
std::vector<Chunk> ConversationToChunks(const Conversation& conversation, ChunkSize size = {});

// The same, with one chunk in memory at a time.
void GiveChunks(const Conversation& conversation, ChunkSize size,
                const std::function<void(Chunk)>& give);

}  // namespace soulprint
