// A user's message ──► words and the phrases among them ──► the sentences in which users speak for
// themselves (sentences.cpp) ──► what these state of name, home, job and the like (slots.cpp).

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "offline/cues.hpp"

namespace soulprint {

struct Word {
  // Lower case, contractions written out ("I'm" = "i", "am"; "wife's" = "wife", "s"); one character
  // of Chinese or Japanese; one mark of punctuation.
  std::string text;
  std::size_t begin = 0;  // bytes in the text
  std::size_t end = 0;
  bool capital = false;    // begins with a capital letter
  bool ideograph = false;  // is a character of Chinese or Japanese
  bool mark = false;       // is punctuation
};
using Words = std::vector<Word>;

struct Hit {
  const CueList* list;
  std::size_t begin;  // words[begin, end)
  std::size_t end;
};

// The words of well-formed UTF-8, in order, without adverbs such as "really".
Words ToWords(std::string_view text);

// The text from words[begin] to before words[end]; "" if that is none.
std::string_view TextOf(std::string_view text, const Words& words, std::size_t begin,
                        std::size_t end);

// True if `word` is one of the words of `list`, which have single spaces between them.
bool Among(std::string_view word, std::string_view list);

// True for "i", "my" and the like.
bool IsOfTheUser(const Word& word);

// All phrases in the words, in order of their beginning.  Throws Error XX000 if cues.hpp has a
// phrase twice under one cue, one that holds another of its cue, or one that no text can hold.
std::vector<Hit> FindCues(const Words& words);

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

// Up to kDiet one value holds at a time.  kThing: a pastime or taste.
enum class Slot { kName, kHome, kJob, kAge, kPartner, kDiet, kLanguage, kKin, kFavorite, kThing };

struct Reading {
  Slot slot;
  std::string value;             // as the user wrote it: "San Francisco, California", "husband Ben"
  bool over = false;             // the user says that it holds no longer
  bool change = false;           // the user says that it is new: "moved", "now", "became"
  std::vector<std::string> key;  // the content words of the value
  bool vague = false;            // "wife": does not say who
  std::size_t times = 1;         // how often it was said
  std::size_t fact = 0;          // for the caller: the place of the fact that says it
};

// What the sentence states of the user; nothing where it leaves doubt.
std::vector<Reading> ReadSlots(const Sentence& sentence);

// True for two wordings of one value: "Jakarta" and "Jakarta, Indonesia".
bool SameValue(const Reading& a, const Reading& b);

// The readings that hold, among readings of one slot, oldest first: the newest of each value that
// is not over, with its times.  Up to kDiet at most one, the newest value; but one that was said
// once, without a word of change, does not hold against one said thrice, nor as one of three
// values.
std::vector<Reading> ThatHold(const std::vector<Reading>& readings);

}  // namespace soulprint
