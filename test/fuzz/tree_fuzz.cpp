// Nodes that name each other as parent and child in any way: the active path ends, begins at the
// right node, goes from child to parent, has no message twice, and is found in linear time.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "export/visible_messages.hpp"
#include "fuzz.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kHead = 2;
constexpr std::size_t kNodeBytes = 3;  // parent, child, kind of node
constexpr std::size_t kManyNodes = std::size_t{1} << 14;
constexpr std::size_t kNone = SIZE_MAX;

// A tree of ChatGPT's or Claude's; the text of each message is its position.  The bytes are
// repeated to make a long one.
RawConversation MakeTree(const std::uint8_t* data, std::size_t given, std::size_t nodes) {
  RawConversation raw;
  raw.order = data[0] % 2 == 1 ? RawConversation::Order::kTree : RawConversation::Order::kThread;
  raw.current_node = std::to_string(data[1]);
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::uint8_t* const bytes = data + kHead + i % given * kNodeBytes;
    const std::size_t base = i - i % given;
    const int what = bytes[2];
    RawNode& node = raw.nodes.emplace_back();
    node.key = std::to_string((what & 7) == 7 ? base : i);  // some share the name of another
    node.has_parent_field = (what & 1) == 0;
    if (node.has_parent_field && bytes[0] != 0xFF) node.parent = std::to_string(base + bytes[0]);
    if (bytes[1] < 0x80) node.children.push_back(std::to_string(base + bytes[1]));
    if ((what & 2) != 0) continue;
    RawMessage& message = raw.AddMessage(&node);
    message.role = "user";
    message.text = std::to_string(i);
    if (what < 0x80) message.at = what;
  }
  return raw;
}

class Oracle {
 public:
  explicit Oracle(const std::deque<RawNode>& nodes) : nodes_(nodes) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) at_.emplace(nodes_[i].key, i);
  }

  // The node of this name, or its nearest ancestor with a message.
  std::size_t Speaker(const std::string& name) const {
    auto node = at_.find(name);
    for (std::size_t steps = 0; node != at_.end() && steps < nodes_.size(); ++steps) {
      if (!nodes_[node->second].messages.empty()) return node->second;
      node = at_.find(nodes_[node->second].parent);
    }
    return kNone;
  }

 private:
  const std::deque<RawNode>& nodes_;
  std::unordered_map<std::string, std::size_t> at_;
};

void RequirePath(const RawConversation& raw, const std::vector<Message>& messages) {
  const Oracle oracle(raw.nodes);
  std::vector<bool> seen(raw.nodes.size());
  std::size_t expected = oracle.Speaker(raw.current_node);
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    const std::size_t position = std::stoul(message->text);
    Require(!seen.at(position), "no message comes twice");
    seen[position] = true;
    Require(expected == kNone || expected == position, "the path follows the parents");
    expected = oracle.Speaker(raw.nodes[position].parent);
  }
}

void RequireFileOrder(const std::vector<Message>& messages) {
  Require(std::is_sorted(messages.begin(), messages.end(),
                         [](const Message& a, const Message& b) {
                           return std::stoul(a.text) < std::stoul(b.text);
                         }),
          "without a tree the order is that of the file");
}

void RequireTree(const RawConversation& raw) {
  const bool is_tree = raw.order == RawConversation::Order::kTree ||
                       std::any_of(raw.nodes.begin(), raw.nodes.end(),
                                   [](const auto& node) { return !node.parent.empty(); });
  ImportReport report;
  const std::clock_t begin = std::clock();
  const std::vector<Message> messages = RawToConversation(raw, &report).messages;
  Require(std::clock() - begin < CLOCKS_PER_SEC, "a tree takes a microsecond for each node");
  if (is_tree && report.unordered == 0) {
    RequirePath(raw, messages);
  } else {
    RequireFileOrder(messages);
  }
}

}  // namespace
}  // namespace soulprint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace soulprint;
  if (size < kHead + kNodeBytes) return -1;
  const std::size_t given = (size - kHead) / kNodeBytes;
  RequireTree(MakeTree(data, given, given));
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Long trees take long, so only some inputs try one.
  if (std::hash<std::string_view>()(bytes) % 256 == 0)
    RequireTree(MakeTree(data, given, kManyNodes));
  return 0;
}
