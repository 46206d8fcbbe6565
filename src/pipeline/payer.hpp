// Who pays for requests: a limit of cost is kept before the money is spent.

#pragma once

#include "pipeline/model.hpp"

namespace soulprint {

class Payer {
 public:
  virtual ~Payer() = default;

  // Sets `most` aside, the most that a request can cost, in USD, and leaves at least `later` for
  // questions after it.  False: not before a request in flight has ended.  Throws CostLimit,
  // DayLimit or an error of SQL, which end asking.
  virtual bool Reserve(double most, double later) = 0;

  // A request has ended, or was given up: what it took, and what was set aside for it, in USD.
  virtual void Pay(const Question& question, const Usage& usage, double reserved) = 0;
};

}  // namespace soulprint
