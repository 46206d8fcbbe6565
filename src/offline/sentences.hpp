// A user's message ──► the sentences in which users speak for themselves, and what each is worth.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "offline/cues.hpp"
#include "offline/lexicon.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct Sentence {
  std::string_view text;  // of the message: without lead-in ("Well, …") and closing marks
  Words words;            // of text
  std::vector<Hit> cues;  // of words, none between quotation marks
  bool question = false;
  bool greeted = false;  // the message begins with a greeting

  // True if a phrase of this cue begins at words[at]; anywhere.
  bool HasAt(Cue cue, std::size_t at) const;
  bool Has(Cue cue) const;
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

struct Rank {
  double score = 0;  // what tells most about the user has the highest
  Category category = Category::kPerson;
  int importance = 1;  // 1 … 3
};

// nullopt if the sentence tells nothing about the user: a question, an order, a hypothesis, words
// of others, talk about this chat, or too little.
std::optional<Rank> RankSentence(const Sentence& sentence);

// The words of a text that carry its meaning, without their endings, sorted, each once.
std::vector<std::string> ContentWords(std::string_view text);

// Sentences of which no two are alike: four fifths of the content words of the shorter one stand in
// the other.
class Likeness {
 public:
  // Adds the sentence; false if one like it is known already.
  bool AddNew(std::string_view text);

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> sentences_with_;  // a word → places
  std::vector<std::size_t> sizes_;
};

}  // namespace soulprint
