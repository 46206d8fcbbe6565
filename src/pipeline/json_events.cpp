#include "pipeline/json_events.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace soulprint {
namespace {

using nlohmann::json;

bool SendScalar(const json& value, JsonEvents* reader) {
  switch (value.type()) {
    case json::value_t::string: {
      std::string copy = value.get_ref<const std::string&>();
      return reader->string(copy);
    }
    case json::value_t::boolean:
      return reader->boolean(value.get<bool>());
    case json::value_t::number_integer:
      return reader->number_integer(value.get<std::int64_t>());
    case json::value_t::number_unsigned:
      return reader->number_unsigned(value.get<std::uint64_t>());
    case json::value_t::number_float:
      return reader->number_float(value.get<double>(), {});
    default:
      return reader->null();
  }
}

}  // namespace

bool SendJson(const json& root, JsonEvents* reader) {
  std::vector<std::pair<const json*, json::const_iterator>> open;
  auto const send = [&](const json& value) {
    if (!value.is_structured()) return SendScalar(value, reader);
    open.emplace_back(&value, value.begin());
    return value.is_object() ? reader->start_object(value.size())
                             : reader->start_array(value.size());
  };
  if (!send(root)) return false;
  while (!open.empty()) {
    auto& [parent, next] = open.back();
    if (next == parent->end()) {
      if (!(parent->is_object() ? reader->end_object() : reader->end_array())) return false;
      open.pop_back();
      continue;
    }
    if (parent->is_object()) {
      std::string key = next.key();
      if (!reader->key(key)) return false;
    }
    const json& value = *next++;
    if (!send(value)) return false;
  }
  return true;
}

}  // namespace soulprint
