// Numbers that carry check digits (doc/behavior.md, "Facts").

#pragma once

#include <string_view>

namespace soulprint {

// True if the text holds such a number: 14 to 19 digits of a known issuer that pass Luhn's check,
// in one piece or in the usual groups.  A number that a word before it calls an order's, a parcel's
// or a device's is none.
bool HoldsCardNumber(std::string_view text);

// True if the text holds an IBAN, in one piece or in groups of four.
bool HoldsIban(std::string_view text);

// True if the text holds an identity number whose form says enough: of China or Brazil with the
// right check digits, of Korea, an Italian codice fiscale, a US social security number with
// hyphens, an Indian one in a text that says PAN.
bool HoldsIdentityNumber(std::string_view text);

}  // namespace soulprint
