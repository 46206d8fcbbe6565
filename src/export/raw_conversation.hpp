// A conversation as an export has it: ChatGPT's tree, Claude's turns or a plain list of messages,
// and nothing in it that is not needed to tell what the user saw.

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/time.hpp"

namespace soulprint {

struct ExportedMessage {
  std::string id;
  std::string role;
  std::string content_type;  // Claude: of the first block that is no text
  // The string parts and transcriptions, joined by line ends; Claude's text blocks, joined by empty
  // lines.
  std::string text;
  std::string plain_text;      // Claude's second copy of the text, or its only one
  std::string attached;        // Claude's extracted contents of attachments
  std::size_t parts = 0;       // how many of them text is made of
  bool plain_content = false;  // content is a string (the simplified form)
  bool picture = false;
  bool weightless = false;
  bool hidden = false;
  bool tool_call = false;  // its recipient is not everybody
  bool analysis = false;
  bool custom_instructions = false;
  bool has_content = false;
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

// What Gemini's list of activities says of one prompt and its answer.
struct ExportedActivity {
  bool of_gemini = false;
  std::vector<std::string> html;  // the answer, piece by piece
  std::string description;        // the answer as text
  bool picture = false;
  Time at;
};

struct ExportedConversation {
  std::string id;
  std::string conversation_id;
  std::optional<std::string> title;
  std::string current_node;
  Time created_at;
  Time updated_at;
  bool do_not_remember = false;

  std::string_view type = "object";  // of JSON
  bool silent = false;               // a list of which an element is no object

  bool has_title = false;  // also when it is null
  bool has_mapping = false;
  bool has_messages = false;
  bool has_chat_messages = false;        // Claude's, as nodes
  std::deque<ExportedNode> nodes;        // in file order
  std::deque<ExportedMessage> messages;  // of the simplified form
  ExportedMessage itself;                // when the object is one message of a bare list
  ExportedActivity activity;  // when it is one of Gemini's activities; title is its title

  std::size_t bytes = 0;  // of memory that all this takes, about
};

}  // namespace soulprint
