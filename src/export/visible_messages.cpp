#include "export/visible_messages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "export/markup.hpp"
#include "util/interrupts.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kHiddenKinds = 64;  // bounds the report: an export can name any content type

// Content types that are never shown.
constexpr std::array<std::string_view, 14> kSkippedContent = {"code",
                                                              "execution_output",
                                                              "tether_browsing_display",
                                                              "tether_browsing_code",
                                                              "tether_quote",
                                                              "sonic_webpage",
                                                              "app_pairing_content",
                                                              "citable_code_output",
                                                              "system_error",
                                                              "computer_output",
                                                              "thoughts",
                                                              "reasoning_recap",
                                                              "user_editable_context",
                                                              "model_editable_context"};

using Nodes = std::deque<RawNode>;

// Position of each node's parent; kNone for a root and an orphan.  If a node does not name its
// parent, or the file does not contain it, the lists of children decide.  In Claude's list a
// message that names no parent follows the message before it.
std::vector<std::size_t> FindParents(const Nodes& nodes, bool list,
                                     const std::map<std::string_view, std::size_t>& at) {
  std::vector<std::size_t> parents(nodes.size(), kNone);
  bool any_parent = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CheckForInterrupts();
    if (nodes[i].parent.empty()) {
      if (list && i > 0) parents[i] = i - 1;
      continue;
    }
    any_parent = true;
    const auto parent = at.find(nodes[i].parent);
    if (parent != at.end()) parents[i] = parent->second;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& name : nodes[i].children) {
      CheckForInterrupts();
      const auto child = at.find(name);
      if (child == at.end() || parents[child->second] != kNone) continue;
      const RawNode& node = nodes[child->second];
      const bool is_root = any_parent && node.has_parent_field && node.parent.empty();
      if (!is_root) parents[child->second] = i;
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
    if (!is_leaf[i] || !nodes[i].has_message) continue;
    // An unknown time counts as the oldest.
    if (newest == kNone || nodes[i].message.at >= nodes[newest].message.at) newest = i;
  }
  return newest;
}

std::vector<std::size_t> FileOrder(const Nodes& nodes) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

// Claude's list contains all branches if its messages name their parents.
bool IsTree(const RawConversation& raw) {
  return raw.has_mapping || std::any_of(raw.nodes.begin(), raw.nodes.end(),
                                        [](const RawNode& node) { return !node.parent.empty(); });
}

// The nodes from the root to the current node.  All nodes in file order if there is no tree, or no
// leaf to start from.
std::vector<std::size_t> ActivePath(const RawConversation& raw, ImportReport* report) {
  const Nodes& nodes = raw.nodes;
  if (!IsTree(raw)) return FileOrder(nodes);
  std::map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CheckForInterrupts();
    if (!nodes[i].key.empty()) at.emplace(nodes[i].key, i);
  }
  const std::vector<std::size_t> parents = FindParents(nodes, !raw.has_mapping, at);

  const auto current = at.find(raw.current_node);
  const std::size_t last = raw.has_mapping ? NewestLeaf(nodes, parents) : nodes.size() - 1;
  std::size_t node = current != at.end() ? current->second : last;
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

bool IsSkippedContent(std::string_view type) {
  return std::find(kSkippedContent.begin(), kSkippedContent.end(), type) != kSkippedContent.end();
}

bool IsUserOrAssistant(const RawMessage& message) {
  return message.role == "user" || message.role == "assistant";
}

std::string_view HiddenRole(const RawMessage& message) {
  if (message.role == "system" || message.role == "tool") return message.role;
  return "other role";
}

// Why the message is hidden, whatever its text; "" if it is not.
std::string_view WhyHidden(const RawMessage& message, bool turn) {
  if (!IsUserOrAssistant(message)) return HiddenRole(message);
  if (turn) return "";
  if (message.custom_instructions) return "custom instructions";
  if (message.hidden) return "hidden";
  if (IsSkippedContent(message.content_type)) return message.content_type;
  if (message.weightless) return "weight 0";
  if (message.tool_call) return "tool call";
  if (message.analysis) return "analysis";
  return "";
}

void CountHidden(std::string_view why, ImportReport* report) {
  if (report == nullptr) return;
  std::string kind(FirstCharacters(why, 60));
  if (report->hidden.size() >= kHiddenKinds && report->hidden.count(kind) == 0) kind = "other";
  ++report->hidden[kind];
}

// The visible text of a message of the tree; "" if there is none.
std::string ShownText(RawMessage* message) {
  std::string text = std::move(message->text);
  if (message->role == "assistant") text = WithoutMarkup(std::move(text));
  const std::string_view trimmed = Trim(text);
  const bool known = message->content_type == "text" || message->content_type == "multimodal_text";
  if (trimmed.empty()) return known && message->picture && message->role == "user" ? "[image]" : "";
  if (trimmed.size() == text.size()) return text;
  return std::string(trimmed);
}

// The visible text of a message of Claude's; "" if there is none.
std::string ShownTurn(RawMessage* message) {
  const bool of_user = message->role == "user";
  for (std::string* text : {&message->text, &message->plain_text, &message->attached}) {
    // An attachment of the user's is read only if the message has no text of its own.
    if (text == &message->attached && !of_user) break;
    if (!of_user) *text = WithoutClaudeMarkup(std::move(*text));
    if (const std::string_view trimmed = Trim(*text); !trimmed.empty()) return std::string(trimmed);
  }
  return of_user && message->picture ? "[image]" : "";
}

Message MakeMessage(RawMessage* from, std::string text) {
  Message message;
  message.id = std::move(from->id);
  message.role = from->role == "user" ? Role::kUser : Role::kAssistant;
  message.text = std::move(text);
  message.at = from->at;
  return message;
}

// Why a message that is not hidden has no visible text.
std::string_view WhyBlank(const RawMessage& message) {
  const bool known = message.content_type.empty() || message.content_type == "text" ||
                     message.content_type == "multimodal_text" || message.parts > 0;
  return known ? std::string_view("blank") : message.content_type;
}

void ReadTree(RawConversation* raw, ImportReport* report, Conversation* conversation) {
  const bool turns = !raw->has_mapping;
  Time last;
  const std::vector<std::size_t> path = ActivePath(*raw, report);
  conversation->messages.reserve(path.size());
  for (std::size_t position : path) {
    CheckForInterrupts();
    RawNode& node = raw->nodes[position];
    if (!node.has_message) continue;
    RawMessage& message = node.message;
    if (!message.at) message.at = last;
    last = message.at;
    if (!conversation->created_at) conversation->created_at = last;
    if (!message.at) message.at = conversation->created_at;
    const std::string_view why = WhyHidden(message, turns);
    if (!why.empty()) {
      CountHidden(why, report);
      continue;
    }
    std::string text = turns ? ShownTurn(&message) : ShownText(&message);
    if (text.empty()) {
      CountHidden(WhyBlank(message), report);
      continue;
    }
    if (message.id.empty()) message.id = std::move(node.key);
    conversation->messages.push_back(MakeMessage(&message, std::move(text)));
  }
}

void ReadList(RawConversation* raw, ImportReport* report, Conversation* conversation) {
  Time last;
  conversation->messages.reserve(raw->messages.size());
  // Frees each raw message as soon as it is converted.
  for (; !raw->messages.empty(); raw->messages.pop_front()) {
    CheckForInterrupts();
    RawMessage& message = raw->messages.front();
    if (!message.at) message.at = last;
    last = message.at;
    if (!conversation->created_at) conversation->created_at = last;
    if (!message.at) message.at = conversation->created_at;
    if (!IsUserOrAssistant(message)) {
      CountHidden(HiddenRole(message), report);
    } else if (!message.plain_content) {
      CountHidden("no text", report);
    } else if (IsBlank(message.text)) {
      CountHidden("blank", report);
    } else {
      std::string text = std::move(message.text);
      conversation->messages.push_back(MakeMessage(&message, std::move(text)));
    }
  }
}

}  // namespace

bool IsConversation(const RawConversation& raw) {
  return raw.has_mapping || raw.has_messages || raw.has_chat_messages;
}

bool IsActivity(const RawConversation& raw) {
  return !IsConversation(raw) && raw.activity.of_gemini && raw.has_title;
}

bool IsBareMessage(const RawConversation& raw) {
  return !IsConversation(raw) && !raw.itself.role.empty() && raw.itself.has_content;
}

Conversation RawToConversation(RawConversation raw, ImportReport* report) {
  Conversation conversation;
  conversation.id = std::move(raw.id.empty() ? raw.conversation_id : raw.id);
  conversation.title = std::move(raw.title);
  conversation.created_at = raw.created_at;
  conversation.updated_at = raw.updated_at;
  conversation.do_not_remember = raw.do_not_remember;
  if (raw.has_mapping || raw.has_chat_messages) {
    ReadTree(&raw, report, &conversation);
  } else {
    ReadList(&raw, report, &conversation);
  }
  return conversation;
}

}  // namespace soulprint
