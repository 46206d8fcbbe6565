#include "store/ledger.hpp"

#include "store/identity.hpp"

namespace soulprint {

bool Ledger::Reserve(double, double) { return true; }

void Ledger::Pay(const Question& question, const Usage& usage, double) {
  unsaved_[{question.step, question.model}].Add(usage);
}

Usage Ledger::Unsaved() const {
  Usage all;
  for (const auto& [key, usage] : unsaved_) all.Add(usage);
  return all;
}

void Ledger::Save(const std::optional<std::string>& user_id) const {
  for (const auto& [key, usage] : unsaved_) {
    OwnQuery(R"(
      INSERT INTO soulprint.costs AS c
        (hour, user_id, model, step, requests, retries, refusals, lost, input_tokens,
         cache_creation_input_tokens, cache_read_input_tokens, output_tokens, cost_usd,
         lost_usd)
      VALUES (date_trunc('hour', now(), 'UTC'), nullif($1, '')::uuid, $2, $3, $4, $5, $6, $7,
              $8 - $9 - $10, $9, $10, $11, $12, $13)
      ON CONFLICT (hour, user_id, model, step) DO UPDATE
      SET requests = c.requests + EXCLUDED.requests, retries = c.retries + EXCLUDED.retries,
          refusals = c.refusals + EXCLUDED.refusals, lost = c.lost + EXCLUDED.lost,
          input_tokens = c.input_tokens + EXCLUDED.input_tokens,
          cache_creation_input_tokens =
            c.cache_creation_input_tokens + EXCLUDED.cache_creation_input_tokens,
          cache_read_input_tokens = c.cache_read_input_tokens + EXCLUDED.cache_read_input_tokens,
          output_tokens = c.output_tokens + EXCLUDED.output_tokens,
          cost_usd = c.cost_usd + EXCLUDED.cost_usd, lost_usd = c.lost_usd + EXCLUDED.lost_usd)")
        .Text(user_id.value_or(""))
        .Text(key.second)
        .Text(StepName(key.first))
        .BigInt(usage.requests)
        .BigInt(usage.retries)
        .BigInt(usage.refusals)
        .BigInt(usage.lost)
        .BigInt(usage.input_tokens)
        .BigInt(usage.cache_written_tokens)
        .BigInt(usage.cache_read_tokens)
        .BigInt(usage.output_tokens)
        .Double(usage.cost_usd)
        .Double(usage.lost_usd)
        .Execute();
  }
}

}  // namespace soulprint
