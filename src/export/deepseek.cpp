// DeepSeek: ChatGPT's tree, but a message consists of fragments, and each fragment has its speaker
// (doc/export_format.md, "DeepSeek").

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kDeepSeekKeys[] = {"mapping", "message",   "parent", "children",
                                              "type",    "fragments", "content"};

std::string_view SpeakerOfFragment(const Json& fragment) {
  const std::string* const type = fragment.Text({"type"});
  if (type == nullptr) return "";
  if (*type == "REQUEST") return "user";
  return *type == "RESPONSE" || *type == "TEMPLATE_RESPONSE" ? "assistant" : "";
}

// A message for each run of fragments of one speaker.
void ReadDeepSeekMessage(Json* from, RawConversation* raw, RawNode* node) {
  const std::string id = IdOf(*from, {"id"});
  const Time at = CreatedOf(*from);
  if (const Json* const fragments = from->Find("fragments", Json::Kind::kList)) {
    for (Json& fragment : *fragments) {
      const std::string_view speaker = SpeakerOfFragment(fragment);
      std::string* const words = fragment.Text({"content"});
      if (speaker.empty() || words == nullptr || IsBlank(*words)) continue;
      if (node->messages.empty() || node->messages.back().role != speaker) {
        RawMessage& message = raw->AddMessage(node);
        message.role = speaker;
        message.at = at;
        if (node->messages.size() == 1) message.id = id;
      }
      AppendParagraph(std::move(*words), &node->messages.back().text);
    }
  }
  for (RawMessage& message : node->messages) message.text = Trim(message.text);
  if (!node->messages.empty()) return;
  RawMessage& message = raw->AddMessage(node);
  message.role = "assistant";
  message.hidden = "blank";
  message.at = at;
}

bool HasFragments(const Json& node) {
  const Json* const message = node.Find("message");
  return message != nullptr && message->Find("fragments") != nullptr;
}

bool IsDeepSeek(const Json& record) {
  const Json* const mapping = record.Find("mapping", Json::Kind::kObject);
  if (mapping == nullptr) return false;
  for (const Json& node : *mapping) {
    if (HasFragments(node)) return true;
  }
  return false;
}

void ReadDeepSeek(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  raw->order = RawConversation::Order::kTree;
  for (Json& from : *record->Find("mapping")) {
    if (!from.is_object()) continue;
    RawNode& node = raw->AddNode();
    node.key = from.key();
    const Json* const parent = from.Find("parent");
    node.has_parent_field = parent != nullptr;
    if (parent != nullptr) node.parent = parent->text();
    if (const Json* const children = from.Find("children", Json::Kind::kList)) {
      for (Json& child : *children) node.children.push_back(std::move(child.text()));
    }
    raw->bytes += node.children.size() * sizeof(std::string);
    if (Json* const message = from.Find("message", Json::Kind::kObject)) {
      ReadDeepSeekMessage(message, raw, &node);
    }
  }
}

}  // namespace

extern const Form kDeepSeek = {"DeepSeek", Gives::kConversation, kDeepSeekKeys, IsDeepSeek,
                               ReadDeepSeek};

}  // namespace soulprint
