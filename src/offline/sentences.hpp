// A user's message ──► the sentences that the user says in earnest.
//
// What stands in a message is not always the user speaking: code, quotations, pasted documents and
// chat logs, text to be translated, and parts in a role play are left out.

#pragma once

#include <string_view>
#include <vector>

namespace soulprint {

struct EarnestText {
  std::vector<std::string_view> sentences;  // views of the message
  bool role_play = false;  // the user begins to play a part: what follows in the conversation is it
};

EarnestText MessageToSentences(std::string_view message);

}  // namespace soulprint
