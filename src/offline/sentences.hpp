// A user's message ──► the sentences in which users speak for themselves.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "offline/cues.hpp"
#include "offline/lexicon.hpp"

namespace soulprint {

struct Sentence {
  std::string_view text;  // of the message: without lead-in ("Well, …") and closing marks
  Words words;            // of text
  std::vector<Hit> cues;  // of words, none between quotation marks
  bool question = false;

  // True if a phrase of this cue begins at words[at].
  static constexpr std::size_t kAnywhere = -1;
  bool Has(Cue cue, std::size_t at = kAnywhere) const;
};

struct OwnWords {
  std::vector<Sentence> sentences;  // views of the message
  bool order = false;               // orders a text, for which "I am a nurse" may be made up
  bool part = false;  // a role play begins, which lasts to the end of the conversation
};

// Leaves out code, quotations, pasted texts and logs, texts to work on, and lines of a role play.
OwnWords ToOwnWords(std::string_view message);

// One sentence, read like those of a message.
Sentence ReadSentence(std::string_view text);

// The words of a text that carry its meaning, without their endings, sorted, each once.  Texts in
// which they are the same say the same.
std::vector<std::string> ContentWords(std::string_view text);

}  // namespace soulprint
