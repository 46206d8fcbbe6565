// A conversation as a form of export tells it: all branches, all messages, and which of them the
// user never saw.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/types.hpp"
#include "util/time.hpp"

namespace soulprint {

struct RawMessage {
  std::string id;
  std::string role;  // "user", "assistant"; of others nothing is shown
  std::string text;  // what the user saw
  // Of "user": who wrote it, where an export names people; "" = the owner of the account.
  std::string author;
  // Why the message is not shown: "tool call", "blank", a content type …; "" = it is shown.
  std::string hidden;
  Time at;
};

struct RawNode {
  std::string key;
  std::string parent;
  bool has_parent_field = false;  // true also for null
  std::vector<std::string> children;
  std::vector<RawMessage> messages;  // mostly one or none
};

struct RawConversation {
  // How the nodes follow each other.
  enum class Order {
    kList,    // in file order
    kTree,    // from each node to its parent
    kThread,  // the same; but in file order if no node names a parent
  };

  // Over max_bytes only the last one is kept.
  RawNode& AddNode();
  RawMessage& AddMessage(RawNode* to);

  std::string id;
  std::optional<std::string> title;
  bool has_title = false;    // true also for null
  std::string current_node;  // the leaf that is shown; "" or unknown = the newest leaf
  Time created_at;
  Time updated_at;
  bool put_together = false;  // from single exchanges, by their times
  std::string_view forget;    // why the user does not want it to be remembered, "" = it may be
  Order order = Order::kList;
  std::vector<Notes> notes;   // beside the conversation, one of each source
  std::deque<RawNode> nodes;  // in file order
  std::size_t bytes = 0;      // estimate of the memory that all nodes and messages take
  std::size_t max_bytes = SIZE_MAX;
};

inline RawNode& RawConversation::AddNode() {
  bytes += sizeof(RawNode) + 100;  // with its entry in the index of nodes
  if (bytes > max_bytes) nodes.clear();
  return nodes.emplace_back();
}

inline RawMessage& RawConversation::AddMessage(RawNode* to) {
  bytes += sizeof(RawMessage);
  if (bytes > max_bytes) to->messages.clear();
  return to->messages.emplace_back();
}

}  // namespace soulprint
