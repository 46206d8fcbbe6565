#include "sql/arguments.hpp"

#include <cmath>

#include "pg/call.hpp"
#include "pg/text.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {

std::string UserIdArgument(FunctionCallInfo fcinfo) {
  if (!PG_ARGISNULL(0)) return pg::FromUuid(PG_GETARG_DATUM(0));
  throw Error(sqlstate::kNullValueNotAllowed, "user_id must not be null")
      .Hint("Pass the user_id of a row in user_profiles.");
}

std::int64_t NumberArgument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (!PG_ARGISNULL(number)) return PG_GETARG_INT64(number);
  throw Error(sqlstate::kNullValueNotAllowed, Format("{} must not be null", name))
      .Hint("Pass a number.");
}

std::string TextArgument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (!PG_ARGISNULL(number)) return pg::FromText(PG_GETARG_DATUM(number));
  throw Error(sqlstate::kNullValueNotAllowed, Format("{} must not be null", name))
      .Hint("Pass a text.");
}

Datum ToNumeric(double number) {
  return pg::Call([&] {
    return DirectFunctionCall1(float8_numeric, Float8GetDatum(std::round(number * 1e9) / 1e9));
  });
}

}  // namespace soulprint
