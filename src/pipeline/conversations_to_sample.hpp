// All conversations ──► the prompt text of the richest 200.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/prompt_format.hpp"
#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

// How much a conversation tells about its user (doc/behavior.md, "Score and sample").
std::int64_t ScoreConversation(const Conversation& conversation);

// A conversation as ranking sees it.
struct Scored {
  std::size_t position = 0;  // in the order given
  std::int64_t score = 0;
  std::size_t messages = 0;
  Time created_at;
};

Scored ScoreAt(std::size_t position, const Conversation& conversation);

// Fewer messages tell little.
inline constexpr std::size_t kFewMessages = 4;

// The best `target_count`, highest score first, equal scores newer first, then in the order given.
// Conversations of fewer than kFewMessages are left out unless that leaves none.
std::vector<Scored> RankConversations(std::vector<Scored> conversations, std::size_t target_count);

// How conversations share the characters of a prompt (doc/behavior.md, "Format"): whole ones until
// one does not fit, or a fair part for each.
enum class Share { kWhole, kFair };

// Reads the conversation at a position.  Called up to twice for each: only one is held in memory.
using ReadConversation = std::function<Conversation(std::size_t position)>;

// The conversations 0 … count-1 as prompt text of at most max_chars characters.
std::string FormatConversations(std::size_t count, const ReadConversation& read,
                                std::size_t max_chars, Share share, Escape escape);

// The length of a conversation's block, in characters.
struct BlockLength {
  std::size_t whole = 0;
  std::size_t used = 0;  // in the text; 0 = it is left out
};

struct FairText {
  std::string text;
  std::vector<BlockLength> blocks;  // of each conversation
};

// The text of FormatConversations with Share::kFair, and how much of each conversation it has.
FairText FormatFairly(std::size_t count, const ReadConversation& read, std::size_t max_chars,
                      Escape escape);

}  // namespace soulprint
