// SQL functions that tell what a full pass would take.

#include <cmath>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "pipeline/model.hpp"
#include "settings.hpp"
#include "sql/arguments.hpp"
#include "store/estimate.hpp"
#include "store/request.hpp"
#include "worker/model_factory.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

Datum Rounded(double count) { return Int64GetDatum(std::llround(count)); }

Datum Interval(std::chrono::seconds time) {
  return pg::Call([&] {
    return DirectFunctionCall7(make_interval, Int32GetDatum(0), Int32GetDatum(0), Int32GetDatum(0),
                               Int32GetDatum(0), Int32GetDatum(0), Int32GetDatum(0),
                               Float8GetDatum(static_cast<double>(time.count())));
  });
}

Datum AddEstimate(FunctionCallInfo fcinfo, const std::string& user_id) {
  const std::optional<Prices> prices = ModelPrices();
  const StoredEstimate estimate =
      EstimateStored(user_id, ModelName(), prices.value_or(Prices()),
                     settings::max_concurrent_requests, settings::batch);
  std::optional<Datum> cost;
  if (prices) cost = ToNumeric(std::round(estimate.pass.usage.cost_usd * 10000) / 10000);
  // Rules answer at once.
  std::optional<Datum> duration;
  if (!settings::IsOffline()) {
    duration = Interval(estimate.pass.duration);
  }
  pg::RowSet rows(fcinfo);
  rows.Add({Int64GetDatum(estimate.conversations), Rounded(estimate.chunks),
            Rounded(estimate.pass.questions), Int64GetDatum(estimate.remembered),
            Int64GetDatum(estimate.pass.usage.input_tokens),
            Int64GetDatum(estimate.pass.usage.output_tokens), cost, duration});
  return static_cast<Datum>(0);
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_estimate_pass);
PG_FUNCTION_INFO_V1(soulprint_estimate_full_pass);

Datum soulprint_estimate_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return AddEstimate(fcinfo, UserIdArgument(fcinfo)); });
}

Datum soulprint_estimate_full_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    RequireProfile(user_id);
    return AddEstimate(fcinfo, user_id);
  });
}
}
