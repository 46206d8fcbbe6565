// Words for secrets, and the values beside them (doc/behavior.md, "Facts").

#pragma once

#include <string_view>

namespace soulprint {

// True if a text of well-formed UTF-8 gives the value of something that it calls a password, PIN,
// security code, access key, recovery phrase, or the number of an identity document or account.
bool HoldsNamedSecret(std::string_view text);

}  // namespace soulprint
