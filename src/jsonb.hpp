// Values of type jsonb as C++ values.  What is here may throw Error and is for use outside of Call.

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "pipeline/types.hpp"

#include "pg/postgres.hpp"

namespace soulprint {

// The value that parsing its text would give, without the text.  Throws Error 22003 when a number
// is too large for a double.
nlohmann::json ParseJsonb(Datum jsonb);

// raw_conversations.messages: [{"id":…,"role":"user"|"assistant","content":…,"timestamp":…}], id
// and timestamp where known.  Made without its text, which would take several times its memory.
// Throws Error 22021 when a text is not storable.
Datum MessagesToJsonb(const std::vector<Message>& messages);

}  // namespace soulprint
