// What requests to the model server took: soulprint.costs (doc/operations.md, "Costs and prices").

#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/model.hpp"
#include "pipeline/payer.hpp"

namespace soulprint {

class Ledger : public Payer {
 public:
  // There is no limit.
  bool Reserve(double most, double later) override;

  // Adds it in memory, until it is saved.
  void Pay(const Question& question, const Usage& usage, double reserved) override;

  bool empty() const { return unsaved_.empty(); }

  // What was added since the last Save.
  Usage Unsaved() const;

  // Adds it to soulprint.costs, in the open transaction.  Without a user, or one that was erased,
  // nobody is named.  Call Saved after the transaction was committed.
  void Save(const std::optional<std::string>& user_id) const;
  virtual void Saved() { unsaved_.clear(); }

 private:
  std::map<std::pair<Step, std::string>, Usage> unsaved_;  // by step and model
};

}  // namespace soulprint
