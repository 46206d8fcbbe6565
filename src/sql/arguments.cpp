#include "sql/arguments.hpp"

#include "pg/call.hpp"
#include "pg/text.hpp"
#include "util/error.hpp"

namespace soulprint {

std::string UserIdArgument(FunctionCallInfo fcinfo) {
  if (!PG_ARGISNULL(0)) return pg::FromUuid(PG_GETARG_DATUM(0));
  throw Error("22004", "user_id must not be null", {},
              "Pass the user_id of a row in user_profiles.");
}

std::int64_t NumberArgument(FunctionCallInfo fcinfo, int number, const char* name) {
  if (!PG_ARGISNULL(number)) return PG_GETARG_INT64(number);
  throw Error("22004", std::string(name) + " must not be null", {}, "Pass its number.");
}

}  // namespace soulprint
