// Does a text hold a secret?  (doc/behavior.md, "Facts")

#pragma once

#include <string_view>

namespace soulprint {

// True if a text of well-formed UTF-8 seems to hold a secret that is known by its form
// (secret_forms.hpp), or a password, PIN, access key, recovery phrase or number of a document or
// account beside a name for it, in some twenty languages.  Works on the form alone: it errs now and
// then to either side.  Linear in the length.
bool HoldsSecret(std::string_view text);

}  // namespace soulprint
