// A conversation ──► chunks of about 2,000 tokens (CONTRACT 4).

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
// Throws Error 22023 when the size makes no sense (target below 1 or above 1,000,000, overlap
// negative or not below target).
std::vector<Chunk> ConversationToChunks(const Conversation& conversation, ChunkSize size = {});

// The same, one chunk in memory at a time.
void GiveChunks(const Conversation& conversation, ChunkSize size,
                const std::function<void(Chunk)>& give);

}  // namespace soulprint
