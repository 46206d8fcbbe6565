// A user's sentence ──► what it says about the user.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "offline/words.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

struct Statement {
  enum class Kind {
    kLike,
    kDislike,
    kActivity,  // done lately or often; `thing` is what
    kTrait,     // anything else about the user
    kName,
    kPlace,
    kOrigin,
    kJob,
    kPerson,
    kProject,
    kDate,
    kBelief,
    kDecision,
  };
  Kind kind = Kind::kTrait;
  std::string text;   // as a fact: "Likes hiking"; of a project, date or decision its name
  std::string thing;  // what it is about: "hiking", "Emily", "Berlin"
  std::string more;   // of a date when, of a project details, of a decision its context
  std::string quote;  // the user's own words
};

// The category of facts that a kind of statement belongs to.
Category CategoryOf(Statement::Kind kind);

// A clause of which the user is the subject.
struct Clause {
  const Sentence& sentence;
  std::size_t subject;         // "i", "we" or "my"
  std::size_t verb;            // the word behind it
  std::size_t end;             // of the clause
  std::string_view spoken_on;  // "2024-03-20", or anything else when that is unknown
  bool greeting;               // in a message that greets
};

// Adds what the sentence says.  `greeting`: the message greets, so that "I'm Emily" is a name.
void SentenceToStatements(std::string_view sentence, std::string_view spoken_on, bool greeting,
                          std::vector<Statement>* statements);

}  // namespace soulprint
