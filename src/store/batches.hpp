// soulprint.batches: Message Batches, from before they are submitted until their cost is counted
// (doc/architecture.md, "Batches").

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/batches.hpp"
#include "pipeline/model.hpp"
#include "store/lease.hpp"
#include "store/purse.hpp"

namespace soulprint {

// SQL, true for a row of soulprint.batches that somebody has to look after.
inline constexpr const char* kBatchIsOpen = "state IN ('sent', 'processing', 'canceling')";

// Those of a pass.
class PassBatches : public Batches {
 public:
  // Both outlive it.
  PassBatches(const PassLease& lease, Purse& purse) : lease_(lease), purse_(purse) {}

  std::string NameOf(const Question& question) const override;
  bool Wanted() override;
  std::unordered_set<std::string> Asked() override;
  std::int64_t Begin(const std::string& model, const std::vector<BatchQuestion>& questions,
                     double usd) override;
  void Submitted(std::int64_t row, const std::string& id) override;
  void Refused(std::int64_t row, const std::string& reason) override;
  void Drop(std::int64_t row) override;
  void Release(std::size_t questions, double usd) override { purse_.Release(questions, usd); }
  std::string Waiting() override;

 private:
  const PassLease& lease_;
  Purse& purse_;
};

// What the user's pass waits for, "" = for no batch.
std::string WaitingForBatches(const std::string& user_id);

// True if the user's pass is to use batches: by its request, else by soulprint.batch.
bool WantsBatches(const std::string& user_id);

struct OpenBatch {
  std::int64_t row = 0;
  std::int64_t pass = 0;
  std::string id;        // at the model server, "" = not known
  std::string state;     // as in soulprint.batches
  bool needed = false;   // its pass waits or runs
  bool in_hand = false;  // its pass runs, so that its worker may be submitting it
  std::int64_t requests = 0;
  std::int64_t submitted_at = 0;  // microseconds since 1970-01-01 UTC
};

// Oldest first, at most 1,000.
std::vector<OpenBatch> OpenBatches();

// What a look at a batch has found, in a transaction of its own each.  `done`: requests that are no
// longer processed.
void RecordSeen(std::int64_t row, std::int64_t done);
void RecordCanceling(std::int64_t row);
void RecordNotSeen(std::int64_t row, const std::string& reason);

// True if a row has that batch.
bool IsKnown(const std::string& id);

// The batch of this row is that one.  False if the row has one, or a row has that one.
bool RecordFound(std::int64_t row, const std::string& id);

// It has ended: its answers, by the names of their questions, are remembered, and what it took is
// counted.
void EndBatch(std::int64_t row, const std::map<std::string, Answer>& answers, const Usage& usage);

// The server does not have it: it may have cost what was set aside for it.  False if it had ended.
bool LoseBatch(std::int64_t row, const std::string& reason);

// Shows waiting passes what they wait for; those whose batches have all ended become due.
void WakeWaitingPasses();

}  // namespace soulprint
