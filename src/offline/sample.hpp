// The material of a sections question ──► its conversations and the MEMORY behind them.

#pragma once

#include <string_view>
#include <vector>

#include "offline/conversation.hpp"

namespace soulprint {

struct Sample {
  std::vector<SpokenConversation> conversations;
  std::string_view memory_md;  // a view of the material; "" if there is none
};

// Reads the form that sample_to_sections writes.  Marks count only at the beginning of a line;
// inside a message they are indented.
Sample ReadSample(std::string_view material);

}  // namespace soulprint
