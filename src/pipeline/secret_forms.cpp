// Each form reads a bounded number of characters from the place where it may begin.

#include "pipeline/secret_forms.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "util/ascii.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

bool EndsAt(std::string_view text, std::size_t end) {
  return end == text.size() || !IsAsciiWord(text[end]);
}

// --- access keys and tokens

bool IsTokenCharacter(char c) {
  return IsAsciiWord(c) || c == '_' || c == '-' || c == '+' || c == '/';
}

std::string_view Token(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const std::string_view near = text.substr(0, kMost);
  return {near.begin(), std::ranges::find_if_not(near, IsTokenCharacter)};
}

bool BeginsKnownToken(std::string_view text) {
  constexpr std::size_t kLeast = 16;
  constexpr std::string_view kBegins[] = {
      "sk-",         "sk_live_", "sk_test_", "rk_live_", "whsec_",  "AKIA",  "ASIA",
      "AIza",        "ya29.",    "ghp_",     "gho_",     "ghu_",    "ghs_",  "ghr_",
      "github_pat_", "glpat-",   "xoxb-",    "xoxp-",    "xoxa-",   "xapp-", "hf_",
      "npm_",        "pypi-",    "SG.",      "gsk_",     "GOCSPX-", "eyJ"};
  return std::ranges::any_of(kBegins, [&](std::string_view begin) {
    if (!text.starts_with(begin)) return false;
    const std::string_view token = Token(text.substr(begin.size()));
    return token.size() >= kLeast && Count(token, IsAsciiDigit) > 0;
  });
}

// After "://": user:password@host.
bool BeginsWithPassword(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const std::string_view host = text.substr(0, std::min(text.find_first_of("/ \t\r\n"), kMost));
  const std::size_t at = host.find('@');
  return at != std::string_view::npos && host.find(':') < at;
}

// How often the kind of character (upper case, lower case, digit) changes, in percent of the places
// where it could.  Random base64: 62.  Random lower case and digits: 40.  Words in CamelCase: 35.
std::size_t Changes(std::string_view token) {
  const auto kind = [](char c) { return IsAsciiDigit(c) ? '9' : IsAsciiUpper(c) ? 'A' : 'a'; };
  std::size_t changes = 0;
  for (std::size_t i = 1; i < token.size(); ++i) changes += kind(token[i]) != kind(token[i - 1]);
  return changes * 100 / token.size();
}

// Of both cases, as base64 that is no path; or of one case and in one piece, as hexadecimal.
bool IsRandom(std::string_view token) {
  constexpr std::size_t kLeast = 32;
  if (token.size() < kLeast) return false;
  if (Count(token, IsAsciiUpper) > 0 && Count(token, IsAsciiLower) > 0) {
    return std::ranges::count(token, '/') <= 3 && Changes(token) >= 43;
  }
  return Count(token, IsAsciiWord) == token.size() && Changes(token) >= 25;
}

// --- numbers of cards, accounts and persons

// Cards of American Express and Diners have less than 16 digits, some of UnionPay and Maestro more.
bool IsCard(const std::string& digits) {
  if (digits.size() < 14 || digits.size() > 19) return false;
  int luhn = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    luhn += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  if (luhn % 10 != 0) return false;
  if (digits.size() == 16) return digits[0] >= '2' && digits[0] <= '6';
  return digits[0] == (digits.size() < 16 ? '3' : '6');
}

// The account with its first four characters at the end, letters as numbers, is 1 modulo 97.
bool IsIban(const std::string& account) {
  if (account.size() < 15 || Count(account.substr(0, 2), IsAsciiLetter) != 2) return false;
  int rest = 0;
  for (char c : LowerAscii(account.substr(4) + account.substr(0, 4))) {
    const int value = IsAsciiDigit(c) ? c - '0' : c - 'a' + 10;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest == 1 && Count(account.substr(2, 2), IsAsciiDigit) == 2;
}

// True if the text begins with such a number, in one piece or in groups of which the first has four
// characters.
bool BeginsNumber(std::string_view text, bool (*is)(char), bool (*fits)(const std::string&)) {
  constexpr std::size_t kMost = 34;
  std::string number;
  bool groups = false;
  for (std::size_t at = 0; at < text.size() && number.size() < kMost; ++at) {
    if (is(text[at])) {
      number += text[at];
      if (EndsAt(text, at + 1) && fits(number)) return true;
    } else if ((text[at] == ' ' || text[at] == '-') && (groups || number.size() == 4)) {
      groups = true;
    } else {
      return false;
    }
  }
  return false;
}

// Of the United States, Brazil, Korea, Italy, and China with the year of birth.
bool BeginsIdentityNumber(std::string_view text) {
  constexpr std::string_view kForms[] = {
      // # = digit, A = letter
      "###-##-####",        "###.###.###-##",     "######-#######",     "AAAAAA##A##A###A",
      "######19##########", "######20##########", "######19#########A", "######20#########A"};
  return std::ranges::any_of(kForms, [&](std::string_view form) {
    return text.size() >= form.size() && EndsAt(text, form.size()) &&
           std::ranges::equal(text.substr(0, form.size()), form, [](char c, char f) {
             return f == '#' ? IsAsciiDigit(c) : f == 'A' ? IsAsciiLetter(c) : c == f;
           });
  });
}

// --- what stands before

// True if a word just before says that the number is an order's, a device's, a hash.
bool IsCalledOtherwise(std::string_view before) {
  constexpr std::string_view kWords[] = {
      "order",   "tracking", "invoice", "parcel",      "shipment", "ticket",
      "booking", "imei",     "serial",  "part nu",     "referenc", "bestell",
      "sendung", "rechnung", "pedido",  "commande",    "订单",     "单号",
      "commit",  "hash",     "sha1",    "sha-",        "sha256",   "sha512",
      "md5",     "checksum", "digest",  "fingerprint", "revision", "magnet"};
  constexpr std::size_t kNear = 18;
  const std::string near = FoldCase(LastCharacters(before, kNear));
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return near.find(word) != std::string::npos; });
}

bool SecretBegins(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::string_view rest = text.substr(at);
  const char last = at == 0 ? ' ' : before.back();
  if (before.ends_with("://") && BeginsWithPassword(rest)) return true;
  if (IsAsciiWord(last)) return false;
  if (BeginsKnownToken(rest)) return true;
  const bool card = last != '+' && BeginsNumber(rest, IsAsciiDigit, IsCard);
  if (IsTokenCharacter(last)) return card && !IsCalledOtherwise(before);
  if (BeginsNumber(rest, IsAsciiWord, IsIban)) return true;
  const bool other = BeginsIdentityNumber(rest) || IsRandom(Token(rest));
  return (card || other) && !IsCalledOtherwise(before);
}

}  // namespace

bool HoldsSecretForm(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (SecretBegins(text, at)) return true;
  }
  return text.find("PRIVATE KEY-----") != std::string_view::npos ||
         text.find("hooks.slack.com/services/") != std::string_view::npos;
}

}  // namespace soulprint
