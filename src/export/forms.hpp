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
  // A message, or a few: these form one conversation with their neighbours, unless they name
  // another by its id.
  kMessage,
  kNotes,  // no conversation, but what an assistant keeps about its user
};

struct Form {
  std::string_view name;
  Gives gives;
  // The keys whose values `is` and `read` look at; what other keys hold is not kept.
  std::span<const std::string_view> keys;
  bool (*is)(const Json& record);
  // Moves the texts out of the record.
  void (*read)(Json* record, RawConversation* raw);
};

// True if some form looks at this key.
bool IsKeyOfAForm(std::string_view key);

// The form of a record; nullptr if it has none.
const Form* FindForm(const Json& record);

}  // namespace soulprint
