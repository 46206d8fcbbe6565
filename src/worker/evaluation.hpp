// An evaluation in a process of its own: its answers are paid for, and committed, whatever becomes
// of the statement that asked for it.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace soulprint {

// A measure as the process hands it over.
struct EvaluationFigure {
  std::array<char, 32> measure;
  bool made;
  double value;
  int n;
  double cost_usd;
};

struct EvaluationResult {
  std::vector<EvaluationFigure> figures;
  double spent_usd = 0;
  bool budget_spent = false;  // so that some measures were not made
};

// Starts the process and waits for its end.  Needs an open transaction.  An interrupt of the caller
// ends the process too.  Throws Error 53400 if no background worker slot is free, 55000 if the
// evaluation fails.
EvaluationResult EvaluateInProcess(const std::string& user_id, double budget_usd);

}  // namespace soulprint
