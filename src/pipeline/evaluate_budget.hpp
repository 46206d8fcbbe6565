// A budget in USD, and a Model that keeps to it.

#pragma once

#include <memory>

#include "pipeline/model.hpp"
#include "util/error.hpp"

namespace soulprint {

// The next question could cost more than is left.  53400.
class BudgetSpent : public Error {
 public:
  BudgetSpent() : Error(sqlstate::kConfigurationLimitExceeded, "the budget is spent") {}
};

class Budget {
 public:
  Budget(double usd, Prices prices) : usd_(usd), prices_(prices) {}

  // What the answers so far have cost, in USD.
  double spent() const { return spent_; }

  // True once Reserve has thrown.
  bool refused() const { return refused_; }

  // The most that one request with this question should cost, in USD: a token for every three bytes
  // sent, and max_tokens received.
  double Estimate(const Question& question) const;

  // Sets the estimate of a question aside.  Throws BudgetSpent if less is left.
  void Reserve(const Question& question);

  // Takes the estimate back and counts what the answer cost.
  void Settle(const Question& question, const Answer& answer);

  // Takes all estimates back: nothing is in flight.
  void ReleaseAll() { reserved_ = 0; }

 private:
  double usd_;
  Prices prices_;
  double spent_ = 0;
  double reserved_ = 0;
  bool refused_ = false;
};

// Asks the model inside as long as the budget, which must outlive this, allows the next question.
class BudgetModel : public Model {
 public:
  BudgetModel(std::unique_ptr<Model> inner, Budget& budget);

  // Throws BudgetSpent, after the questions in flight were answered and taken.
  void Ask(const Next& next, const Take& take) override;

 private:
  std::unique_ptr<Model> inner_;
  Budget& budget_;
};

}  // namespace soulprint
