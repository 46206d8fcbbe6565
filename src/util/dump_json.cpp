// nlohmann's own dump looks at each byte by itself, which takes five times as long.

#include "util/dump_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "util/hex.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

template <typename Json>
std::string DumpByNlohmann(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Escape(char c) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const std::size_t named = kNamed.find(c);
  if (named == kNamed.npos) return "\\u00" + ToHex({&c, 1});
  return {'\\', kNames[named]};
}

void AppendText(std::string_view text, std::string* json) {
  if (!IsCleanUtf8(text)) {
    *json += DumpByNlohmann(nlohmann::json(text));
    return;
  }
  const auto is_escaped = [](char c) { return (c >= 0 && c < ' ') || c == '"' || c == '\\'; };
  *json += '"';
  for (auto at = text.begin();;) {
    const auto end = std::find_if(at, text.end(), is_escaped);
    json->append(at, end);
    if (end == text.end()) break;
    *json += Escape(*end);
    at = end + 1;
  }
  *json += '"';
}

template <typename Json>
void Append(const Json& value, std::string* json) {
  if (value.is_string()) return AppendText(value.template get_ref<const std::string&>(), json);
  if (!value.is_structured()) {
    *json += DumpByNlohmann(value);
    return;
  }
  const bool is_object = value.is_object();
  *json += is_object ? '{' : '[';
  std::string_view comma;
  for (auto item = value.begin(); item != value.end(); ++item) {
    *json += std::exchange(comma, ",");
    if (is_object) {
      AppendText(item.key(), json);
      *json += ':';
    }
    Append(*item, json);
  }
  *json += is_object ? '}' : ']';
}

}  // namespace

std::string DumpJson(const nlohmann::json& value) {
  std::string json;
  Append(value, &json);
  return json;
}

std::string DumpJson(const nlohmann::ordered_json& value) {
  std::string json;
  Append(value, &json);
  return json;
}

}  // namespace soulprint
