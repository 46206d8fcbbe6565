#include "export/visible_messages.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

using Nodes = std::deque<RawNode>;
using Order = RawConversation::Order;

// Keys of nodes, in order, with their positions.  Of nodes with the same key the first counts.
class KeyIndex {
 public:
  explicit KeyIndex(const Nodes& nodes) {
    entries_.reserve(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!nodes[i].key.empty()) entries_.emplace_back(nodes[i].key, i);
    }
    std::sort(entries_.begin(), entries_.end());
  }

  // kNone if there is none.
  std::size_t Find(std::string_view key) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), Entry(key, 0));
    return found != entries_.end() && found->first == key ? found->second : kNone;
  }

 private:
  using Entry = std::pair<std::string_view, std::size_t>;
  std::vector<Entry> entries_;
};

// Position of each node's parent; kNone for a root and an orphan.  If a node does not name its
// parent, or the file does not contain it, the lists of children decide.  In a thread a
// message without a field for its parent follows the message before it.
std::vector<std::size_t> FindParents(const Nodes& nodes, Order order, const KeyIndex& keys) {
  std::vector<std::size_t> parents(nodes.size(), kNone);
  bool any_parent = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CheckForInterrupts();
    if (nodes[i].parent.empty()) {
      const bool follows = order == Order::kThread && !nodes[i].has_parent_field;
      if (follows && i > 0) parents[i] = i - 1;
      continue;
    }
    any_parent = true;
    parents[i] = keys.Find(nodes[i].parent);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& name : nodes[i].children) {
      CheckForInterrupts();
      const std::size_t child = keys.Find(name);
      if (child == kNone || parents[child] != kNone) continue;
      const bool is_root =
          any_parent && nodes[child].has_parent_field && nodes[child].parent.empty();
      if (!is_root) parents[child] = i;
    }
  }
  return parents;
}

// The leaf with the newest message; ties go to the last.  kNone if no leaf has a message.
std::size_t NewestLeaf(const Nodes& nodes, const std::vector<std::size_t>& parents) {
  std::vector<bool> is_leaf(nodes.size(), true);
  for (std::size_t parent : parents) {
    if (parent != kNone) is_leaf[parent] = false;
  }
  std::size_t newest = kNone;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!is_leaf[i] || nodes[i].messages.empty()) continue;
    // An unknown time counts as the oldest.
    if (newest == kNone || nodes[i].messages[0].at >= nodes[newest].messages[0].at) newest = i;
  }
  return newest;
}

std::vector<std::size_t> FileOrder(const Nodes& nodes) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

// A thread contains all branches if its messages name their parents.
bool IsTree(const RawConversation& raw) {
  return raw.order == Order::kTree ||
         std::any_of(raw.nodes.begin(), raw.nodes.end(),
                     [](const RawNode& node) { return !node.parent.empty(); });
}

// The nodes from the root to the current node.  All nodes in file order if there is no tree, or no
// leaf to start from.
std::vector<std::size_t> ActivePath(const RawConversation& raw, ImportReport* report) {
  const Nodes& nodes = raw.nodes;
  if (!IsTree(raw)) return FileOrder(nodes);
  const KeyIndex keys(nodes);
  const std::vector<std::size_t> parents = FindParents(nodes, raw.order, keys);

  const std::size_t current = keys.Find(raw.current_node);
  std::size_t node = current != kNone ? current : NewestLeaf(nodes, parents);
  if (node == kNone) {
    if (report != nullptr && !nodes.empty()) ++report->unordered;
    return FileOrder(nodes);
  }
  std::vector<std::size_t> path;
  std::vector<bool> seen(nodes.size(), false);
  for (; node != kNone && !seen[node]; node = parents[node]) {
    seen[node] = true;
    path.push_back(node);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::string_view HiddenRole(std::string_view role) {
  return role == "system" || role == "tool" ? role : "other role";
}

void CountHidden(std::string_view why, ImportReport* report) {
  if (report != nullptr) report->CountHidden(std::string(FirstCharacters(why, 60)));
}

// Which author is the owner of the account: whom the export does not name, else who wrote first.
std::string OwnerOf(const RawConversation& raw, const std::vector<std::size_t>& path) {
  std::string first;
  for (std::size_t position : path) {
    CheckForInterrupts();
    for (const RawMessage& message : raw.nodes[position].messages) {
      if (message.role != "user" || !message.hidden.empty()) continue;
      if (message.author.empty()) return "";
      if (first.empty()) first = message.author;
    }
  }
  return first;
}

// What another person says in the conversation is not the user's.
void NameOthers(const std::string& owner, RawMessage* message) {
  if (message->role != "user" || message->author.empty() || message->author == owner) return;
  message->role = "assistant";
  message->text = message->author + ": " + message->text;
}

// Moves the message to the conversation if the user saw it.
void Show(RawMessage* from, ImportReport* report, Conversation* to) {
  const bool of_user = from->role == "user";
  if (!of_user && from->role != "assistant") return CountHidden(HiddenRole(from->role), report);
  if (!from->hidden.empty()) return CountHidden(from->hidden, report);
  Message message;
  message.id = std::move(from->id);
  message.role = of_user ? Role::kUser : Role::kAssistant;
  message.text = std::move(from->text);
  message.at = from->at;
  to->messages.push_back(std::move(message));
}

}  // namespace

Conversation RawToConversation(RawConversation raw, ImportReport* report) {
  Conversation conversation;
  conversation.id = std::move(raw.id);
  conversation.title = std::move(raw.title);
  conversation.created_at = raw.created_at;
  conversation.updated_at = raw.updated_at;
  conversation.do_not_remember = !raw.forget.empty();
  conversation.put_together = raw.put_together;
  const std::vector<std::size_t> path = ActivePath(raw, report);
  std::size_t count = 0;
  for (std::size_t position : path) count += raw.nodes[position].messages.size();
  conversation.messages.reserve(count);
  const std::string owner = OwnerOf(raw, path);
  Time last;
  for (std::size_t position : path) {
    CheckForInterrupts();
    RawNode& node = raw.nodes[position];
    for (RawMessage& message : std::exchange(node.messages, {})) {
      if (!message.at) message.at = last;
      last = message.at;
      if (!conversation.created_at) conversation.created_at = last;
      if (!message.at) message.at = conversation.created_at;
      if (message.id.empty()) message.id = node.key;
      NameOthers(owner, &message);
      Show(&message, report, &conversation);
    }
  }
  return conversation;
}

}  // namespace soulprint
