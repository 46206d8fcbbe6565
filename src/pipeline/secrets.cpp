// Three kinds of signs: forms that are secrets wherever they stand, long random tokens, and a word
// for a secret with a value beside it.  A word without a value that looks like one is no secret:
// "uses a password manager" stays.

#include "pipeline/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "pipeline/check_digits.hpp"
#include "pipeline/secret_words.hpp"
#include "util/ascii.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr auto npos = std::string_view::npos;

bool IsTokenCharacter(char c) { return IsAsciiWord(c) || c == '_' || c == '-'; }

std::size_t Count(std::string_view text, bool (*is)(char)) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is));
}

bool HasLetter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), IsAsciiLetter);
}
bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsAsciiDigit); }

bool IsSpaceOfAscii(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool Holds(std::string_view text, std::string_view part) { return text.find(part) != npos; }

// --- forms that are secrets wherever they stand

// The number of characters of a token from `at` on.
std::size_t TokenLength(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsTokenCharacter(text[end])) ++end;
  return end - at;
}

bool HoldsKnownToken(std::string_view text) {
  struct Form {
    std::string_view begin;
    std::size_t rest;  // the fewest characters after it
  };
  constexpr std::array<Form, 26> kForms = {
      {{"sk-", 20},    {"sk_live_", 16}, {"sk_test_", 16}, {"rk_live_", 16}, {"whsec_", 16},
       {"AKIA", 16},   {"ASIA", 16},     {"AIza", 30},     {"ya29.", 20},    {"ghp_", 30},
       {"gho_", 30},   {"ghu_", 30},     {"ghs_", 30},     {"ghr_", 30},     {"github_pat_", 20},
       {"glpat-", 16}, {"xoxb-", 10},    {"xoxp-", 10},    {"xoxa-", 10},    {"xapp-", 10},
       {"hf_", 30},    {"npm_", 30},     {"pypi-", 20},    {"SG.", 20},      {"gsk_", 30},
       {"GOCSPX-", 20}}};
  return std::any_of(kForms.begin(), kForms.end(), [&](const Form& form) {
    for (std::size_t at = text.find(form.begin); at != npos; at = text.find(form.begin, at + 1)) {
      if (at > 0 && IsAsciiWord(text[at - 1])) continue;
      const std::size_t rest = TokenLength(text, at + form.begin.size());
      if (rest >= form.rest && HasDigit(text.substr(at, form.begin.size() + rest))) return true;
    }
    return false;
  });
}

// A JSON web token: three parts, the first two of which are JSON objects in base64.
bool HoldsWebToken(std::string_view text) {
  constexpr std::string_view kBegin = "eyJ";
  for (std::size_t at = text.find(kBegin); at != npos; at = text.find(kBegin, at + 1)) {
    const std::size_t dot = at + TokenLength(text, at);
    if (text.substr(dot).starts_with(".eyJ") && TokenLength(text, dot + 1) >= 10) return true;
  }
  return false;
}

bool HoldsPrivateKey(std::string_view text) {
  const std::size_t begin = text.find("-----BEGIN ");
  return begin != npos && Holds(text.substr(begin, 60), "PRIVATE KEY");
}

// A URL with a password: before the host, or as a parameter.
bool IsSecretUrl(std::string_view url) {
  constexpr std::array<std::string_view, 9> kParameters = {
      "token=", "key=", "apikey=", "password=", "passwd=", "pwd=", "secret=", "sig=", "signature="};
  constexpr std::size_t kLeast = 8;
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::size_t at = rest.substr(0, rest.find('/')).find('@');
  if (at != npos && rest.find(':') < at) return true;
  if (rest.starts_with("hooks.slack.com/services/")) return true;
  const std::size_t query = rest.find('?');
  return query != npos &&
         std::any_of(kParameters.begin(), kParameters.end(), [&](std::string_view name) {
           const std::size_t place = rest.find(name, query);
           return place != npos && TokenLength(rest, place + name.size()) >= kLeast;
         });
}

// --- long random tokens

constexpr std::size_t kLeastRandom = 32;

bool IsUuid(std::string_view token) {
  if (token.size() != 36) return false;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if ((token[i] == '-') != (i == 8 || i == 13 || i == 18 || i == 23)) return false;
  }
  return true;
}

// Ends with 32 hexadecimal digits or more.
bool EndsWithHex(std::string_view token) {
  const std::size_t before = token.find_last_not_of("0123456789abcdefABCDEF");
  return token.size() - (before + 1) >= kLeastRandom;  // npos + 1 = 0
}

// How often the kind of character (upper case, lower case, digit) changes, in percent of the places
// where it could.  Random base64: 62.  Random lower case and digits: 40.  Words in CamelCase: 35.
std::size_t Changes(std::string_view token) {
  std::size_t changes = 0;
  std::size_t places = 0;
  char before = 0;
  for (char c : token) {
    if (!IsAsciiWord(c)) continue;
    const char kind = IsAsciiDigit(c) ? '9' : IsAsciiUpper(c) ? 'A' : 'a';
    if (before != 0) {
      ++places;
      changes += kind != before ? 1 : 0;
    }
    before = kind;
  }
  return places == 0 ? 0 : changes * 100 / places;
}

bool IsRandom(std::string_view token) {
  if (token.size() < kLeastRandom || !HasLetter(token) || !HasDigit(token) || IsUuid(token)) {
    return false;
  }
  if (EndsWithHex(token)) return true;
  if (std::count(token.begin(), token.end(), '/') > 3) return false;  // a path
  const bool both_cases = Count(token, IsAsciiUpper) > 0 && Count(token, IsAsciiLower) > 0;
  if (both_cases) return Changes(token) >= (Holds(token, "/") ? 50U : 43U);
  return !Holds(token, "/") && Count(token, IsAsciiDigit) >= 6 && Changes(token) >= 30;
}

// A hash says nothing to those who do not have what was hashed.
bool SpeaksOfHashes(std::string_view lower) {
  constexpr std::array<std::string_view, 12> kWords = {
      "commit", "hash",   "sha1",     "sha-1",    "sha256", "sha-256",
      "md5",    "magnet", "checksum", "revision", "digest", "fingerprint"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return Holds(lower, word); });
}

bool HoldsRandomToken(std::string_view piece, bool hashes) {
  for (std::size_t at = 0; at < piece.size();) {
    std::size_t end = at;
    while (end < piece.size() &&
           (IsTokenCharacter(piece[end]) || piece[end] == '+' || piece[end] == '/')) {
      ++end;
    }
    const std::string_view token = piece.substr(at, end - at);
    if (IsRandom(token) && !(hashes && EndsWithHex(token))) return true;
    at = end + 1;
  }
  return false;
}

// --- all of it

bool HoldsToken(std::string_view text, bool hashes) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !IsSpaceOfAscii(text[end])) ++end;
    const std::string_view piece = text.substr(at, end - at);
    const bool url = Holds(piece, "://");
    if (url ? IsSecretUrl(piece) : HoldsRandomToken(piece, hashes)) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

bool HoldsSecret(std::string_view text) {
  return HoldsNamedSecret(text) || HoldsKnownToken(text) || HoldsWebToken(text) ||
         HoldsPrivateKey(text) || HoldsToken(text, SpeaksOfHashes(FoldCase(text))) ||
         HoldsCardNumber(text) || HoldsIban(text) || HoldsIdentityNumber(text);
}

}  // namespace soulprint
