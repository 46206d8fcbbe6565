// Messages with values, each one searchable literal in the source.
//
//   Format("full pass {} of user {}", pass.id, pass.user_id)

#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace soulprint {

namespace format {

inline std::string ToText(std::string_view text) { return std::string(text); }

template <std::integral Number>
std::string ToText(Number number) {
  return std::to_string(number);
}

}  // namespace format

// `text` with its first {} replaced by the first value, and so on.  Values are texts and integers.
// A {} without a value stays; a {} inside a value is not replaced.
template <typename... Values>
std::string Format(std::string_view text, const Values&... values) {
  static_assert(sizeof...(values) > 0, "a text without values needs no Format");
  const std::string texts[] = {format::ToText(values)...};
  std::string result;
  for (const std::string& value : texts) {
    const std::size_t place = text.find("{}");
    if (place == std::string_view::npos) break;
    result.append(text.substr(0, place)).append(value);
    text.remove_prefix(place + 2);
  }
  return result.append(text);
}

}  // namespace soulprint
