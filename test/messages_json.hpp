// Messages as raw_conversations.messages has them, as text.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "util/time.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

inline std::string MessagesToJson(const std::vector<Message>& messages) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Message& message : messages) {
    nlohmann::ordered_json& object = json.emplace_back();
    if (!message.id.empty()) object["id"] = message.id;
    object["role"] = message.role == Role::kUser ? "user" : "assistant";
    object["content"] = message.text;
    if (message.at) object["timestamp"] = FormatTime(message.at);
  }
  return json.dump();
}

}  // namespace soulprint
