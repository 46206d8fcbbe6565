// Secrets that are known by their form, without a word for them (doc/behavior.md, "Facts").

#pragma once

#include <string_view>

namespace soulprint {

// True if the text holds an access key or token of a known beginning, a private key, a URL with a
// password, a long random token that no word calls a hash, a card number or IBAN with the right
// check digits, or a number in the form of an identity number.  Linear in the length.
bool HoldsSecretForm(std::string_view text);

}  // namespace soulprint
