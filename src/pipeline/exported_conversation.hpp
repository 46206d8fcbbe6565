// A conversation as an export has it: ChatGPT's tree or a plain list of messages, and nothing in it
// that is not needed to tell what the user saw.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/types.hpp"

namespace soulprint {

struct ExportedMessage {
  std::string id;
  std::string role;
  std::string recipient;
  std::string channel;
  std::string content_type;
  std::string text;            // the string parts and transcriptions, joined by line ends
  std::size_t parts = 0;       // how many of them text is made of
  bool plain_content = false;  // content is a string (the simplified form)
  bool picture = false;
  bool weightless = false;
  bool hidden = false;
  bool custom_instructions = false;
  bool has_content = false;
  bool has_fragments = false;  // as DeepSeek writes them
  Time at;
};

struct ExportedNode {
  std::string key;
  std::string parent;
  bool has_parent_field = false;  // also when it is null
  std::vector<std::string> children;
  bool has_message = false;
  ExportedMessage message;
};

struct ExportedConversation {
  std::string id;
  std::string conversation_id;
  std::optional<std::string> title;
  std::string current_node;
  Time created_at;
  Time updated_at;
  bool do_not_remember = false;

  bool has_title = false;  // also when it is null
  bool has_mapping = false;
  bool has_messages = false;
  bool has_chat_messages = false;         // as Claude writes them
  bool has_header = false;                // as Gemini's activities have
  std::vector<ExportedNode> nodes;        // in file order
  std::vector<ExportedMessage> messages;  // of the simplified form
  ExportedMessage itself;                 // when the object is one message of a bare list
};

}  // namespace soulprint
