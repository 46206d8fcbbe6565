// The JSON of one record, read as the form that it has.

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "export/visible_messages.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

inline RawConversation Read(std::string json) {
  JsonTree tree({}, IsKeyOfAForm);
  EXPECT_EQ(tree.Read(&json), ParseResult::kRead) << json;
  const Form* const form = FindForm(tree.root());
  RawConversation raw;
  if (form == nullptr) {
    ADD_FAILURE() << json;
  } else {
    form->read(&tree.root(), &raw);
  }
  return raw;
}

// What the user saw of a record, with U: or A: before each message.
inline std::string Said(const std::string& json) {
  std::string said;
  for (const Message& message : RawToConversation(Read(json), nullptr).messages) {
    said += (message.role == Role::kUser ? "U:" : "A:") + message.text + " ";
  }
  return said;
}

inline std::string Texts(const Conversation& conversation) {
  std::string texts;
  for (const Message& message : conversation.messages) texts += message.text;
  return texts;
}

}  // namespace soulprint
