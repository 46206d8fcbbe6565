// A user's message ──► the sentences in which users speak for themselves.
//
// Leaves out code, quotations, pasted documents and chat logs, text to be translated, and lines of
// a role play.

#pragma once

#include <string_view>
#include <vector>

namespace soulprint {

struct OwnWords {
  std::vector<std::string_view> sentences;  // views of the message
  bool role_play = false;  // a role play begins, which lasts to the end of the conversation
};

OwnWords MessageToSentences(std::string_view message);

}  // namespace soulprint
