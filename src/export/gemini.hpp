// Gemini's list of activities ──► conversations (export_format section 9).
//
// Each activity is one prompt and its answer, newest first, and none says which conversation it was
// part of: what follows within half an hour belongs together.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {

// The prompt and the answer, of whichever there is; empty when the activity is no prompt.
std::vector<ExportedMessage> ActivityToMessages(ExportedConversation exported);

// Puts activities together, one conversation in memory at a time.
class Activities {
 public:
  // A conversation ends before it holds more than this.
  explicit Activities(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Takes the messages of one activity; gives the conversation that ended before it, if one did.
  std::optional<ExportedConversation> Add(Time at, std::vector<ExportedMessage> messages);

  // The last conversation, if any.
  std::optional<ExportedConversation> Finish();

 private:
  struct Exchange {
    Time at;
    std::vector<ExportedMessage> messages;
  };

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::vector<Exchange> exchanges_;  // in file order
};

}  // namespace soulprint
