// A user's message ──► the sentences in which users speak for themselves.
//
// Leaves out code, quotations, pasted texts and logs, texts to work on, and lines of a role play.

#pragma once

#include <string_view>
#include <vector>

#include "offline/lexicon.hpp"

namespace soulprint {

struct Sentence {
  std::string_view text;  // of the message: without lead-in ("Well, …") and closing marks
  Words words;            // of text
  std::vector<Hit> cues;  // of words, none between quotation marks
  bool question = false;
  bool greeted = false;  // the message begins with a greeting
};

struct OwnWords {
  std::vector<Sentence> sentences;  // views of the message
  bool part = false;  // a role play begins, which lasts to the end of the conversation
};

OwnWords ToOwnWords(std::string_view message);

// One sentence, read like those of a message.
Sentence ReadSentence(std::string_view text);

}  // namespace soulprint
