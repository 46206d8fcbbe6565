// Values of type jsonb as C++ values.  What is here may throw Error and is for use outside of Call.

#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pg/postgres.hpp"

namespace soulprint {

// The value that parsing its text would give, without the text.  Throws Error 22003 when a number
// is too large for a double.
nlohmann::json ParseJsonb(Datum jsonb);

}  // namespace soulprint
