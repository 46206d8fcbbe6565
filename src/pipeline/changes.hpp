// Merged facts ──► which of them later ones overtake (doc/behavior.md, "Changes").

#pragma once

#include <cstddef>
#include <vector>

#include "pipeline/model.hpp"
#include "pipeline/store.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// Sets superseded_by of the proven facts that a later proven fact overtakes.  Asks about all
// categories at once, or where they take more than `batch_tokens` about some of them, or parts of
// one, oldest first.  An answer that cannot be used changes nothing.  Throws Error 08000 when the
// model gave no answer.
void FindChanges(std::vector<Fact>* facts, std::size_t batch_tokens, Model& model, Store& store);

// Removes the facts for which `forgotten` says so, and what they have overtaken: it does not hold
// again.  What held before one of them and is overtaken by a later fact stays.
void ForgetFacts(std::vector<Fact>* facts, const std::vector<bool>& forgotten);

// Adds what the user stated.  An equal fact gets the new wording and source, and holds again.
void AddOwnFacts(std::vector<Fact>* facts, std::vector<Fact> own);

// The proven facts that hold, each with the newest five that it overtook, newest first.
std::vector<Fact> FactsThatHold(const std::vector<Fact>& facts);

}  // namespace soulprint
