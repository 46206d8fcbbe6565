// A statement about the user, and the clause that it comes from.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "offline/words.hpp"

namespace soulprint {

struct Statement {
  enum class Kind {
    kLike,
    kDislike,
    kActivity,  // done lately or often; `thing` names it
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
  std::string text;   // as a fact: "Likes hiking"; the name of a project, date or decision
  std::string thing;  // its subject: "hiking", "Emily", "Berlin"
  std::string more;   // when (a date), details (a project), context (a decision)
  std::string quote;  // the user's own words
};

// A clause of which the user is the subject.
struct Clause {
  const Sentence& sentence;
  std::size_t subject;         // position of "i", "we" or "my"
  std::size_t verb;            // position of the word after the subject
  std::size_t end;             // one past the last word
  std::string_view spoken_on;  // "2024-03-20", or anything else when the day is unknown
  bool greeting;               // the message greets
};

}  // namespace soulprint
