// A value of nlohmann's as events.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "export/export_to_conversations.hpp"
#include "util/json_events.hpp"

namespace soulprint {

inline bool SendValue(const nlohmann::json& value, JsonEvents* reader) {
  using Type = nlohmann::json::value_t;
  bool more = true;
  switch (value.type()) {
    case Type::object:
      more = reader->start_object(value.size());
      for (auto it = value.begin(); more && it != value.end(); ++it) {
        std::string key = it.key();
        more = reader->key(key) && SendValue(it.value(), reader);
      }
      return more && reader->end_object();
    case Type::array:
      more = reader->start_array(value.size());
      for (auto it = value.begin(); more && it != value.end(); ++it) more = SendValue(*it, reader);
      return more && reader->end_array();
    case Type::string: {
      std::string text = value.get<std::string>();
      return reader->string(text);
    }
    case Type::boolean:
      return reader->boolean(value.get<bool>());
    case Type::number_integer:
      return reader->number_integer(value.get<std::int64_t>());
    case Type::number_unsigned:
      return reader->number_unsigned(value.get<std::uint64_t>());
    case Type::number_float:
      return reader->number_float(value.get<double>(), {});
    default:
      return reader->null();
  }
}

inline SendJson Sender(nlohmann::json value) {
  return [value = std::move(value)](JsonEvents* reader) { return SendValue(value, reader); };
}

inline Conversation ConversationOf(nlohmann::json value, std::size_t max_bytes = SIZE_MAX) {
  return ConversationFromJson(Sender(std::move(value)), max_bytes);
}

}  // namespace soulprint
