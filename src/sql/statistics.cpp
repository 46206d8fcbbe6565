// soulprint_stat_model and soulprint_stat_reset().

#include "llm/statistics.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "pg/call.hpp"
#include "pipeline/model.hpp"
#include "shared_state.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

void AddModel(pg::RowSet& rows, const Statistics::Row& row, std::int64_t since) {
  const auto ended = [&](RequestEnd end) {
    return Int64GetDatum(row.ended[static_cast<std::size_t>(end)]);
  };
  const auto latency = [&](std::int64_t ms) -> std::optional<Datum> {
    if (row.Responses() == 0) return std::nullopt;
    return Int64GetDatum(ms);
  };
  const Usage& usage = row.usage;
  rows.Add(
      {pg::ToText(row.model.data()),
       Int64GetDatum(row.Requests()),
       ended(RequestEnd::kAnswered),
       Int64GetDatum(row.in_flight),
       latency(row.MeanMs()),
       latency(row.P95Ms()),
       latency(row.max_latency_us / 1000),
       ended(RequestEnd::kCutOff),
       ended(RequestEnd::kRefused),
       ended(RequestEnd::kTooLong),
       ended(RequestEnd::kFailed),
       ended(RequestEnd::kUnanswered),
       ended(RequestEnd::kLimited),
       ended(RequestEnd::kBlocked),
       ended(RequestEnd::kGivenUp),
       Int64GetDatum(row.limited_us / 1000),
       Int64GetDatum(usage.input_tokens - usage.cache_written_tokens - usage.cache_read_tokens),
       Int64GetDatum(usage.cache_written_tokens),
       Int64GetDatum(usage.cache_read_tokens),
       Int64GetDatum(usage.output_tokens),
       Float8GetDatum(usage.cost_usd),
       Float8GetDatum(usage.lost_usd),
       TimestampTzGetDatum(since)});
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_stat_model);
PG_FUNCTION_INFO_V1(soulprint_stat_reset);

Datum soulprint_stat_model(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    pg::RowSet rows(fcinfo);
    Statistics copy(0);
    shared_state::WithStatistics([&](const Statistics& all) { copy = all; });
    for (const Statistics::Row& model : copy.rows()) {
      if (model.model.front() != '\0') AddModel(rows, model, copy.since());
    }
    return static_cast<Datum>(0);
  });
}

Datum soulprint_stat_reset([[maybe_unused]] PG_FUNCTION_ARGS) {
  return pg::Enter([]() -> Datum {
    const std::int64_t now = GetCurrentTimestamp();
    shared_state::WithStatistics([&](Statistics& all) { all.Reset(now); });
    PG_RETURN_VOID();
  });
}
}
