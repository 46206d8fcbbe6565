// The Store of an evaluation: reads like a pass, and writes nothing but answers, what they cost,
// and the figures.
//
// Its row in soulprint.evaluations is its lease: once the user, or what the evaluation may have
// read, is erased, the row is gone, and every write throws PassLost.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/evaluate.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/store.hpp"
#include "store/lease.hpp"
#include "store/sql_store.hpp"

namespace soulprint {

class EvaluationStore : public SqlStore {
 public:
  // `user` names the user, what to check while computing, and no pass; it must outlive the store.
  explicit EvaluationStore(PassLease& user) : SqlStore(user), user_(user) {}

  // Begins the row, with the digest of these prompts.  Call it first.  Throws DayLimit if less than
  // the budget is left of the day's limit.
  void Begin(const std::string& model, const std::string& prompts, double budget_usd);

  void SaveReplies(const std::vector<Reply>& replies) override;
  void SaveCosts() override;
  void Report(const Progress& progress) override;

  // Ends the row with the measures that were made, or with the reason why there are none.
  void End(const std::vector<Measure>& measures);
  void EndWithout(const std::string& reason);

 private:
  void Save(const Reply& reply);

  PassLease& user_;
  std::int64_t id_ = 0;
};

}  // namespace soulprint
