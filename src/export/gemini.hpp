// Gemini's list of activities ──► conversations (doc/export_format.md, "Gemini").
//
// Each activity is one prompt and its answer, newest first.  None names its conversation:
// activities less than half an hour apart form one.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {

// The prompt and the answer, as far as present; empty when the activity is not a prompt.
std::vector<RawMessage> ActivityToMessages(const RawConversation& raw);

// Groups activities into conversations, one in memory at a time.
class ActivityGrouper {
 public:
  // A conversation ends before it takes more than max_bytes.
  explicit ActivityGrouper(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Takes the messages of one activity; returns the conversation that ended before it, if any.
  std::optional<RawConversation> Add(Time at, std::vector<RawMessage> messages);

  // The last conversation, if any.
  std::optional<RawConversation> Finish();

 private:
  struct Exchange {
    Time at;
    std::vector<RawMessage> messages;
  };

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::vector<Exchange> exchanges_;  // in file order
};

}  // namespace soulprint
