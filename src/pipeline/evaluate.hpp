// How good a profile is, by questions about conversations that it does not know (doc/behavior.md,
// "Evaluation").

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/evaluate_budget.hpp"
#include "pipeline/full_pass.hpp"
#include "pipeline/model.hpp"
#include "pipeline/store.hpp"

namespace soulprint {

struct Measure {
  std::string_view name;
  std::optional<double> value;  // nullopt = not made: the budget is spent, or there was nothing
  int n = 0;                    // of so many questions or bullets
  double cost_usd = 0;          // of the answers that were not remembered
};

// Makes the profile under test, without the newest tenth of the conversations, and measures
//   recall          the share of questions about the left-out conversations that it answers right
//   unknown         the share of them that it leaves unanswered
//   groundedness    the share of MEMORY's bullets that quotes of facts bear out
//   contradictions  the number of pairs of bullets that cannot both be true
//   stability       the share of bullets that MEMORY still has when it is written once more
// in this order.  The store is asked for conversations and answers, remembers answers, and is told
// the progress; nothing is published.  `model` stops at `budget` (BudgetModel); what it no longer
// pays for is not made.
// Throws Error 55000 for fewer than 10 conversations, 08000 when the model gives no answer, and the
// errors of RunFullPass, store and model but BudgetSpent.
std::vector<Measure> Evaluate(Store& store, Model& model, const Budget& budget,
                              const PassOptions& options);

// All wording that decides the figures: the system prompts in force, and the evaluation's own.
std::string PromptsInForce(Store& store);

}  // namespace soulprint
