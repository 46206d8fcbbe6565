// The money of a pass: what its requests took, and the limits of cost (doc/behavior.md, "Limits of
// cost").

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "pipeline/model.hpp"
#include "store/ledger.hpp"

namespace soulprint {

// Without a pass nothing is limited.  What may still be spent is set aside in the pass's
// row, committed before it is sent: other workers leave it, and a worker that dies has spent it.
class Purse : public Ledger {
 public:
  Purse() = default;
  Purse(std::int64_t pass, std::string user_id) : pass_(pass), user_id_(std::move(user_id)) {}

  // Throws DayLimit if less than that is left of soulprint.max_cost_per_day, in USD; until the end
  // of the open transaction, if there is one, nobody else takes of it.
  static void CheckDay(double needed);

  // Reads what the pass has cost and may cost.  Call it once it is running.
  void Open();

  // The most that the pass may cost, in USD, by soulprint.max_cost_per_pass and by its request; 0 =
  // no limit.
  double Limit() const;

  // What the pass has cost and may have cost, in USD, over all attempts.
  double spent() const { return spent_; }

  // Throws CostLimit, or DayLimit, if nothing is in flight and there is not enough.
  bool Reserve(double most, double later) override;
  void Pay(const Question& question, const Usage& usage, double reserved) override;

  // Money that was set aside for questions belongs to a batch from now on, and counts as spent; or
  // is free, for they are not asked.
  void HandOver(std::size_t questions, double usd);
  void Release(std::size_t questions, double usd);

  // A batch for which `reserved` was set aside has cost `usd`.
  void Settle(double reserved, double usd) { spent_ += usd - reserved; }

  // True if the pass's row has all of it.
  bool IsSaved() const { return empty() && set_aside_ == 0; }

  // What stays set aside, in USD, once what is unsaved is saved: save it with that.
  double SetAside() const;
  void Saved() override;

 private:
  bool SetMoreAside(double most, double needed);

  std::int64_t pass_ = 0;
  std::string user_id_;
  double requested_limit_ = 0;  // 0 = none
  double spent_ = 0;
  double in_flight_ = 0;  // the most that requests in flight can cost
  int requests_ = 0;      // in flight
  double set_aside_ = 0;  // in the pass's row
};

// What the pass has set aside, which its worker can no longer account for, counts as spent.  Needs
// an open transaction.
void ChargeSetAside(std::int64_t pass, const std::string& user_id);

// The same for passes of a user whose worker has died; a living worker accounts for its own.
void ChargeOrphans(const std::string& user_id);

// The same for passes that were canceled just before the server crashed.
void ChargeCanceledInCrash();

}  // namespace soulprint
