// Conversations that begin with another one: ChatGPT copies a chat that is branched off into a new
// one, with the ids of its messages.

#pragma once

#include <cstdint>
#include <unordered_set>

#include "pipeline/types.hpp"

namespace soulprint {

// Of one user.  Remembers a number for each message, at most 524,288.
class SharedBeginnings {
 public:
  // How many of the first messages of this conversation one of the earlier calls has given, by ids
  // and texts; at least two, else 0.  Call once for each conversation.
  int Count(const Conversation& conversation);

 private:
  std::unordered_set<std::uint64_t> beginnings_;  // hashes of all messages up to one
};

}  // namespace soulprint
