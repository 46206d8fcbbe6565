// Does a text hold a secret?  (doc/behavior.md, "Facts")

#pragma once

#include <string_view>

namespace soulprint {

// True if a text of well-formed UTF-8 seems to hold
//   * a password, PIN, access key or recovery phrase beside a word for it, in several languages,
//   * an access key or token of a known form, a private key, a URL with a password,
//   * a long random token that no word near calls a hash,
//   * a number of a payment card or bank account with the right check digits,
//   * a number of an identity document, by its form, where that says enough, or beside a word for
//   it.
// Works on the form alone: it errs now and then to either side.  Linear in the length.
bool HoldsSecret(std::string_view text);

}  // namespace soulprint
