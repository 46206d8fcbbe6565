// Which form of export a record has: a table with a row for each form.

#pragma once

#include <span>
#include <string_view>

#include "export/json.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {

// What one record gives.
enum class Gives {
  kConversation,
  kExchange,  // a prompt and its answer; neighbours in the file form a conversation
  kMessage,   // one message; the file is one conversation
};

struct Form {
  Gives gives;
  // The keys whose values `is` and `read` look at; what other keys hold is not kept.
  std::span<const std::string_view> keys;
  bool (*is)(const Json& record);
  // Moves the texts out of the record.
  void (*read)(Json* record, RawConversation* raw);
};

// The forms, in one file each.
extern const Form kChatGpt;
extern const Form kDeepSeek;
extern const Form kClaude;
extern const Form kGemini;
extern const Form kChatList;
extern const Form kBareMessage;

// True if some form looks at this key.
bool IsKeyOfAForm(std::string_view key);

// The form of a record; nullptr if it has none.
const Form* FindForm(const Json& record);

}  // namespace soulprint
