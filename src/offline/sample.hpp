// The material of a sections question ──► its conversations and the MEMORY behind them.

#pragma once

#include <string_view>
#include <vector>

#include "offline/conversation.hpp"

namespace soulprint {

struct Sample {
  std::vector<SpokenConversation> conversations;
  std::string_view memory_md;  // a view of the material, "" if it has none
};

// A line counts as a mark only where the form says so: the same text inside a message is indented.
Sample ReadSample(std::string_view material);

}  // namespace soulprint
