// Each number is looked for where a run of letters and digits begins, and reads a bounded number of
// characters from there.

#include "pipeline/check_digits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "util/ascii.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

// True if a run of letters and digits begins at `at`.
bool BeginsRun(std::string_view text, std::size_t at) {
  return IsAsciiWord(text[at]) && (at == 0 || !IsAsciiWord(text[at - 1]));
}

// True if `test` holds for the text from some place where a run begins.
template <typename Test>
bool AnyRun(std::string_view text, Test test) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (BeginsRun(text, at) && test(at)) return true;
  }
  return false;
}

bool EndsAt(std::string_view text, std::size_t end) {
  return end == text.size() || !IsAsciiWord(text[end]);
}

// --- payment cards

bool PassesLuhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return sum % 10 == 0;
}

struct Issuer {
  int first;  // of the first four digits
  int last;
  std::size_t shortest;
  std::size_t longest;
};

bool IsOfIssuer(std::string_view digits) {
  constexpr std::array<Issuer, 12> kIssuers = {{{2200, 2204, 16, 19},
                                                {2221, 2720, 16, 16},
                                                {3000, 3059, 14, 16},
                                                {3400, 3499, 15, 15},
                                                {3528, 3589, 16, 19},
                                                {3600, 3699, 14, 16},
                                                {3700, 3799, 15, 15},
                                                {3800, 3999, 14, 16},
                                                {4000, 4999, 16, 16},
                                                {5000, 5899, 16, 16},
                                                {6011, 6011, 16, 19},
                                                {6200, 6599, 16, 19}}};
  int first = 0;
  for (std::size_t i = 0; i < 4; ++i) first = first * 10 + (digits[i] - '0');
  return std::any_of(kIssuers.begin(), kIssuers.end(), [&](const Issuer& issuer) {
    return first >= issuer.first && first <= issuer.last && digits.size() >= issuer.shortest &&
           digits.size() <= issuer.longest;
  });
}

bool IsGroupedLikeACard(const std::vector<std::size_t>& groups) {
  if (groups.size() == 1) return true;
  if (groups[0] != 4) return false;
  if (groups.size() == 3) return groups[1] == 6 && groups[2] >= 4 && groups[2] <= 5;
  return groups.size() >= 4 && std::all_of(groups.begin(), groups.begin() + 4,
                                           [](std::size_t size) { return size == 4; });
}

// True if a word before the number says that it is no card's.
bool IsCalledOtherwise(std::string_view before) {
  constexpr std::array<std::string_view, 21> kWords = {
      "order",   "tracking", "invoice",  "parcel", "shipment", "ticket",      "booking",
      "imei",    "serial",   "isbn",     "ean",    "case",     "part number", "reference",
      "bestell", "sendung",  "rechnung", "pedido", "commande", "订单",        "单号"};
  constexpr std::size_t kNear = 40;
  const std::string near = FoldCase(LastCharacters(before, kNear));
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return near.find(word) != std::string::npos; });
}

bool CardBegins(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostDigits = 19;
  if (at > 0 && text[at - 1] == '+') return false;
  std::string digits;
  std::vector<std::size_t> groups;
  while (at < text.size() && IsAsciiDigit(text[at])) {
    std::size_t end = at;
    while (end < text.size() && IsAsciiDigit(text[end]) && end - at <= kMostDigits) ++end;
    digits += text.substr(at, end - at);
    if (digits.size() > kMostDigits || !EndsAt(text, end)) return false;
    groups.push_back(end - at);
    if (digits.size() >= 14 && IsGroupedLikeACard(groups) && IsOfIssuer(digits) &&
        PassesLuhn(digits)) {
      return true;
    }
    at = end + (end < text.size() && (text[end] == ' ' || text[end] == '-') ? 1 : 0);
    if (at == end) return false;
  }
  return false;
}

// --- bank accounts

// The rest modulo 97 of the account with its first four characters at the end, letters as numbers.
int Mod97(std::string_view account) {
  int rest = 0;
  const auto add = [&](char c) {
    const int value = IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  };
  for (char c : account.substr(4)) add(c);
  for (char c : account.substr(0, 4)) add(c);
  return rest;
}

bool IsIban(std::string_view account) {
  return account.size() >= 15 && account.size() <= 34 && Mod97(account) == 1;
}

bool IbanBegins(std::string_view text, std::size_t at) {
  std::string account;
  std::size_t group = 0;
  bool one_piece = true;
  for (; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : '.';
    if (IsAsciiWord(c)) {
      const char upper = IsAsciiLower(c) ? static_cast<char>(c - 'a' + 'A') : c;
      const bool letter = account.size() < 2;
      if (letter != IsAsciiUpper(upper) && account.size() < 4) return false;
      if (account.size() == 34) return false;
      account += upper;
      ++group;
      continue;
    }
    if ((one_piece || group <= 4) && IsIban(account)) return true;
    if (c != ' ' || group != 4) return false;
    one_piece = false;
    group = 0;
  }
  return false;
}

// --- identity numbers

// True if the text from `at` has this form: 9 = digit, A = upper case letter, others themselves.
bool HasForm(std::string_view text, std::size_t at, std::string_view form) {
  if (text.size() - at < form.size() || !EndsAt(text, at + form.size())) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = text[at + i];
    const bool fits = form[i] == '9'   ? IsAsciiDigit(c)
                      : form[i] == 'A' ? IsAsciiUpper(c)
                                       : c == form[i];
    if (!fits) return false;
  }
  return true;
}

bool ChineseBegins(std::string_view text, std::size_t at) {
  constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  constexpr std::string_view kChecks = "10X98765432";
  const std::string_view number = text.substr(at, 18);
  if (number.size() < 18 || !EndsAt(text, at + 18)) return false;
  if (!std::all_of(number.begin(), number.end() - 1, IsAsciiDigit)) return false;
  const std::string_view year = number.substr(6, 2);
  if (year != "19" && year != "20") return false;
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += kWeights[i] * (number[i] - '0');
  const char check = number[17] == 'x' ? 'X' : number[17];
  return kChecks[static_cast<std::size_t>(sum % 11)] == check;
}

bool BrazilianBegins(std::string_view text, std::size_t at) {
  if (!HasForm(text, at, "999.999.999-99")) return false;
  std::string digits;
  for (char c : text.substr(at, 14)) {
    if (IsAsciiDigit(c)) digits += c;
  }
  for (std::size_t length : {std::size_t{9}, std::size_t{10}}) {
    int sum = 0;
    for (std::size_t i = 0; i < length; ++i) {
      sum += (digits[i] - '0') * static_cast<int>(length + 1 - i);
    }
    if (sum * 10 % 11 % 10 != digits[length] - '0') return false;
  }
  return true;
}

bool AmericanBegins(std::string_view text, std::size_t at) {
  if (!HasForm(text, at, "999-99-9999") || (at > 0 && text[at - 1] == '-')) return false;
  const std::string_view area = text.substr(at, 3);
  return area != "000" && area != "666" && area[0] != '9' && text.substr(at + 4, 2) != "00" &&
         text.substr(at + 7, 4) != "0000" && !IsCalledOtherwise(text.substr(0, at));
}

bool KoreanBegins(std::string_view text, std::size_t at) {
  if (!HasForm(text, at, "999999-9999999")) return false;
  const auto number = [&](std::size_t i) {
    return (text[at + i] - '0') * 10 + text[at + i + 1] - '0';
  };
  return number(2) >= 1 && number(2) <= 12 && number(4) >= 1 && number(4) <= 31 &&
         text[at + 7] >= '1' && text[at + 7] <= '8';
}

// A tax number beside its name.
bool IndianBegins(std::string_view text, std::size_t at) {
  return HasForm(text, at, "AAAAA9999A") && text.find("PAN") != std::string_view::npos;
}

}  // namespace

bool HoldsCardNumber(std::string_view text) {
  return AnyRun(text, [&](std::size_t at) {
    return CardBegins(text, at) && !IsCalledOtherwise(text.substr(0, at));
  });
}

bool HoldsIban(std::string_view text) {
  return AnyRun(text, [&](std::size_t at) { return IbanBegins(text, at); });
}

bool HoldsIdentityNumber(std::string_view text) {
  return AnyRun(text, [&](std::size_t at) {
    return ChineseBegins(text, at) || BrazilianBegins(text, at) || AmericanBegins(text, at) ||
           KoreanBegins(text, at) || IndianBegins(text, at) ||
           HasForm(text, at, "AAAAAA99A99A999A");
  });
}

}  // namespace soulprint
