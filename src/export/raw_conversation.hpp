// A conversation as it stands in an export: ChatGPT's tree, Claude's turns or a plain list of
// messages, reduced to the fields that decide what the user saw.

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/time.hpp"

namespace soulprint {

struct RawMessage {
  std::string id;
  std::string role;
  std::string content_type;  // Claude: type of the first block that is not text
  // The string parts and transcriptions, joined by line ends; Claude's text blocks, joined by empty
  // lines.
  std::string text;
  std::string plain_text;      // Claude's second copy of the text, or its only one
  std::string attached;        // Claude's extracted contents of attachments
  std::size_t parts = 0;       // number of parts in text
  bool plain_content = false;  // content is a string (the simplified form)
  bool picture = false;
  bool weightless = false;
  bool hidden = false;
  bool tool_call = false;  // its recipient is a tool, not "all"
  bool analysis = false;
  bool custom_instructions = false;
  bool has_content = false;
  Time at;
};

struct RawNode {
  std::string key;
  std::string parent;
  bool has_parent_field = false;  // true also for null
  std::vector<std::string> children;
  bool has_message = false;
  RawMessage message;
};

// An entry of Gemini's list of activities: one prompt and its answer.
struct RawActivity {
  bool of_gemini = false;
  std::vector<std::string> html;  // the answer, in parts
  std::string description;        // the answer as text
  bool picture = false;
  Time at;
};

struct RawConversation {
  std::string id;
  std::string conversation_id;
  std::optional<std::string> title;
  std::string current_node;
  Time created_at;
  Time updated_at;
  bool do_not_remember = false;

  std::string_view type = "object";  // JSON type
  bool silent = false;               // a list with an element that is not an object

  bool has_title = false;  // true also for null
  bool has_mapping = false;
  bool has_messages = false;
  bool has_chat_messages = false;   // Claude's; they are in nodes
  std::deque<RawNode> nodes;        // in file order
  std::deque<RawMessage> messages;  // of the simplified form
  RawMessage itself;                // if the object is one message of a bare list
  RawActivity activity;             // if it is one of Gemini's activities; title is its title

  std::size_t bytes = 0;  // estimate of the memory that all this takes
};

}  // namespace soulprint
