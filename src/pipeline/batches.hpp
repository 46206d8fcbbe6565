// Message Batches: questions that wait for their answers at the model server, for up to a day and
// at half the price (doc/messages_api.md, "Batches").  The rows of soulprint.batches keep them
// beyond the process that submitted them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/model.hpp"

namespace soulprint {

// The price in a batch, as a share of that of single requests.
inline constexpr double kBatchPrice = 0.5;

inline Prices BatchPrices(const Prices& prices) {
  return {prices.input_usd * kBatchPrice, prices.output_usd * kBatchPrice};
}

// A question in a batch.
struct BatchQuestion {
  std::string name;                           // the SHA-256 of its identity, as 64 hex digits
  std::vector<std::string> conversation_ids;  // as of the question
};

// The batches of a pass.  Each function but NameOf commits what it does, and throws errors of SQL.
// The answers arrive among the remembered ones, by somebody else's hand.
class Batches {
 public:
  virtual ~Batches() = default;

  virtual std::string NameOf(const Question& question) const = 0;

  // True if questions of this pass may go into batches.
  virtual bool Wanted() = 0;

  // The names of the questions in its batches that have ended.
  virtual std::unordered_set<std::string> Asked() = 0;

  // A batch is about to be submitted: `usd`, which the pass's payer set aside for its questions,
  // is set aside for it from now on.  Returns its row.
  virtual std::int64_t Begin(const std::string& model, const std::vector<BatchQuestion>& questions,
                             double usd) = 0;

  // The server has taken it.
  virtual void Submitted(std::int64_t row, const std::string& id) = 0;

  // The server takes none: no question of this pass is to be in a batch any more.
  virtual void Refused(std::int64_t row, const std::string& reason) = 0;

  // It was not submitted.
  virtual void Drop(std::int64_t row) = 0;

  // Money that was set aside for questions is free: they are not asked.
  virtual void Release(std::size_t questions, double usd) = 0;

  // What the pass waits for: "waiting for batch msgbatch_… since …, 4,120 of 9,344"; "" = nothing.
  virtual std::string Waiting() = 0;
};

}  // namespace soulprint
