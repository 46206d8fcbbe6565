// SQL functions that put a profile right or erase: of a fact, a user, a user whose profile was
// deleted.

#include <string>

#include "pg/call.hpp"
#include "sql/arguments.hpp"
#include "store/corrections.hpp"
#include "store/erasure.hpp"

#include "pg/postgres.hpp"

using namespace soulprint;

extern "C" {

PG_FUNCTION_INFO_V1(soulprint_forget);
PG_FUNCTION_INFO_V1(soulprint_forget_fact);
PG_FUNCTION_INFO_V1(soulprint_correct_fact);
PG_FUNCTION_INFO_V1(soulprint_add_fact);
PG_FUNCTION_INFO_V1(soulprint_erase_deleted_user);

Datum soulprint_forget(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    Forget(UserIdArgument(fcinfo));
    PG_RETURN_VOID();
  });
}

Datum soulprint_forget_fact(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    ForgetFact(user_id, NumberArgument(fcinfo, 1, "fact_id"));
    PG_RETURN_VOID();
  });
}

Datum soulprint_correct_fact(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const std::int64_t fact_id = NumberArgument(fcinfo, 1, "fact_id");
    CorrectFact(user_id, fact_id, TextArgument(fcinfo, 2, "new_text"));
    PG_RETURN_VOID();
  });
}

Datum soulprint_add_fact(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    const std::string user_id = UserIdArgument(fcinfo);
    const std::string category = TextArgument(fcinfo, 1, "category");
    AddFact(user_id, category, TextArgument(fcinfo, 2, "fact"));
    PG_RETURN_VOID();
  });
}

// Every role may call it: the trigger runs it as the role that deletes a profile.
Datum soulprint_erase_deleted_user(PG_FUNCTION_ARGS) {
  return pg::Enter([&]() -> Datum {
    EraseDeletedUser(UserIdArgument(fcinfo));
    PG_RETURN_VOID();
  });
}
}
