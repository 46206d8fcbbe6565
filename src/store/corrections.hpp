// What the user says of the facts: forget one, correct one, add one.  The facts stay as they were
// published until the pass that is requested has ended; it asks the model for MEMORY and the
// sections only.
//
// All of it but ReadOwnFacts needs an open transaction and runs with the rights of the current
// role.  Throws Error as RequireProfile does, 42501 if the role may not change the profile, 55000
// if the user has nothing to read.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

// Erases a published fact, also one that the user stated, and the replies and versions that contain
// it; keeps later passes from publishing it again.  Throws Error P0002 if there is no such fact.
void ForgetFact(const std::string& user_id, std::int64_t fact_id);

// Later passes publish `text` in the place of the fact, whose other fields go.  Throws Error P0002
// as ForgetFact does, 22023 as AddFact does.
void CorrectFact(const std::string& user_id, std::int64_t fact_id, const std::string& text);

// Later passes publish this fact, too.  `category` is a CategoryName.  Throws Error 22023 if it is
// none, or if the text is blank, longer than 1,000 characters or holds a secret; 54000 if the user
// has stated 1,000 facts.
void AddFact(const std::string& user_id, const std::string& category, const std::string& text);

// What the user stated, oldest first.  Needs an open transaction.
std::vector<Fact> ReadOwnFacts(const std::string& user_id);

}  // namespace soulprint
