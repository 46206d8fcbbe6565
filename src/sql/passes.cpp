// SQL functions that request and cancel full passes.

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "pg/call.hpp"
#include "sql/arguments.hpp"
#include "sql/server.hpp"
#include "store/locks.hpp"
#include "store/preflight.hpp"
#include "store/request.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

#include "pg/postgres.hpp"
#include "pg/text.hpp"

namespace soulprint {

namespace {

std::optional<double> MaxCostArgument(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(2)) return std::nullopt;
  const double usd = pg::Call(
      [&] { return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(2))); });
  if (std::isfinite(usd) && usd > 0) return usd;
  throw Error(sqlstate::kInvalidParameterValue, "max_cost_usd must be a number greater than 0")
      .Hint("Pass NULL for a pass that only soulprint.max_cost_per_pass limits.");
}

// Without a launcher a queued pass would wait in silence.
void WarnIfUnserved(std::int64_t pass) {
  const std::optional<std::string> reason = UnservedReason();
  if (!reason) return;
  pg::Log(WARNING, Format("full pass {} stays queued: {}", pass, *reason), {},
          "No launcher serves this database. Change this setting and restart the server, or use "
          "CALL soulprint_run_full_pass().");
}

}  // namespace

}  // namespace soulprint

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_start_full_pass);
PG_FUNCTION_INFO_V1(soulprint_cancel_full_pass);
PG_FUNCTION_INFO_V1(soulprint_retry_failed);
PG_FUNCTION_INFO_V1(soulprint_queue_full_pass);

Datum soulprint_start_full_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    std::optional<std::string> storage_path;
    if (!PG_ARGISNULL(1)) storage_path = pg::FromText(PG_GETARG_DATUM(1));
    std::optional<bool> batch;
    if (!PG_ARGISNULL(3)) batch = PG_GETARG_BOOL(3);
    const std::int64_t pass = StartPass(user_id, storage_path, MaxCostArgument(fcinfo), batch);
    WarnIfUnserved(pass);
    return Int64GetDatum(pass);
  });
}

Datum soulprint_cancel_full_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum { return BoolGetDatum(CancelPass(UserIdArgument(fcinfo))); });
}

Datum soulprint_retry_failed(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    std::optional<std::string> since;
    if (!PG_ARGISNULL(0)) {
      since = pg::Call(
          [&] { return DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(0))); });
    }
    return Int64GetDatum(RetryFailed(since));
  });
}

// Every role may call it: the trigger runs it as the role that changes a profile.  Before an update
// of the extension nothing is queued: workers find the pending profile afterwards.
Datum soulprint_queue_full_pass(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    if (!FindVersionProblem() && MayChangeProfile(user_id)) QueuePass(user_id);
    PG_RETURN_VOID();
  });
}
}
