#include "util/json_escapes.hpp"

#include <algorithm>
#include <string_view>

#include "util/hex.hpp"

namespace soulprint {
namespace {

// The code unit of the escape \uXXXX at `at`, -1 if there is none.
int EscapeAt(std::string_view json, std::size_t at) {
  if (json.size() - std::min(at, json.size()) < 6 || json[at] != '\\' || json[at + 1] != 'u') {
    return -1;
  }
  int number = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = HexDigit(json[at + i]);
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}

// True for what is neither \u0… nor \uD…: nearly all escapes, so it must be quick.
bool IsHarmless(std::string_view json, std::size_t at) {
  if (json.size() - at < 3 || json[at + 1] != 'u') return true;
  return json[at + 2] != '0' && (json[at + 2] | 0x20) != 'd';
}

bool IsHighSurrogate(int number) { return number >= 0xD800 && number < 0xDC00; }
bool IsLowSurrogate(int number) { return number >= 0xDC00 && number < 0xE000; }

}  // namespace

std::size_t RepairEscapes(std::string* json) {
  std::size_t replaced = 0;
  for (std::size_t at = json->find('\\'); at != std::string::npos; at = json->find('\\', at)) {
    const int number = IsHarmless(*json, at) ? -1 : EscapeAt(*json, at);
    if (number < 0) {
      at += 2;
      continue;
    }
    if (IsHighSurrogate(number) && IsLowSurrogate(EscapeAt(*json, at + 6))) {
      at += 12;
      continue;
    }
    if (number == 0 || IsHighSurrogate(number) || IsLowSurrogate(number)) {
      json->replace(at, 6, "\\uFFFD");
      ++replaced;
    }
    at += 6;
  }
  return replaced;
}

std::string EscapeControls(std::string_view json) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string escaped;
  escaped.reserve(json.size());
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string && c == '\\' && at + 1 < json.size() && json[at + 1] >= ' ') {
      escaped.append(json.substr(at++, 2));
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string && c >= 0 && c < ' ') {
      escaped.append("\\u00").append({kHex[c >> 4], kHex[c & 15]});
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace soulprint
