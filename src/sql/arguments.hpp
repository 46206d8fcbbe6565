// Arguments that several SQL functions take.

#pragma once

#include <cstdint>
#include <string>

#include "pg/postgres.hpp"

namespace soulprint {

// The first argument, a user_id.  Throws Error 22004 if it is NULL.
std::string UserIdArgument(FunctionCallInfo fcinfo);

// The argument at position `number`, from 0: an int or bigint called `name`.  Throws Error 22004 if
// it is NULL.
std::int64_t NumberArgument(FunctionCallInfo fcinfo, int number, const char* name);

// The same of a text.
std::string TextArgument(FunctionCallInfo fcinfo, int number, const char* name);

// The numeric of a number, to nine decimals.
Datum ToNumeric(double number);

}  // namespace soulprint
