// LibreChat: messages that name their parents, or contain their children (doc/export_format.md,
// "LibreChat").

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kLibreChatKeys[] = {
    "messages", "messagesTree",    "messageId", "parentMessageId", "sender",   "text",
    "content",  "isCreatedByUser", "children",  "files",           "filename", "error"};

// The parent of what begins a conversation.
constexpr std::string_view kNoParent = "00000000-0000-0000-0000-000000000000";

std::string LibreChatRole(const Json& message) {
  // The sender of an answer is named after its model.
  const Json* const by_user = message.Find("isCreatedByUser", Json::Kind::kBoolean);
  if (by_user != nullptr) return by_user->is_true() ? "user" : "assistant";
  const std::string* const sender = message.Text({"sender"});
  if (sender == nullptr) return "";
  return SpeakerOf(*sender) == "user" ? "user" : "assistant";
}

bool IsLibreChatPicture(const Json& file) {
  const std::string* const type = file.Text({"type"});
  const std::string* const name = file.Text({"filename"});
  return (type != nullptr && type->starts_with("image")) ||
         (name != nullptr && IsPictureName(*name));
}

Words LibreChatWords(const Json& message, bool of_user) {
  Words words;
  AddWords(message.Find("text"), &words);
  if (IsBlank(words.text)) AddWords(message.Find("content"), &words);
  if (!of_user) {
    // Older versions fence what the model thought.
    constexpr std::string_view kThought = ":::thinking";
    const std::string_view text = Trim(words.text);
    if (text.starts_with(kThought)) {
      const std::size_t end = text.find("\n:::", kThought.size());
      words.text = end == std::string_view::npos ? "" : std::string(Trim(text.substr(end + 4)));
    }
    words.text = WithoutThinking(std::move(words.text));
  }
  const Json* const files = message.Find("files", Json::Kind::kList);
  if (files != nullptr) {
    for (const Json& file : *files) words.picture = words.picture || IsLibreChatPicture(file);
  }
  return words;
}

// `parent` is the message that contains this one; "" if none does.
void AddLibreChatMessage(const Json& from, const std::string& parent, RawConversation* raw) {
  raw->bytes += parent.size();
  RawNode& node = raw->AddNode();
  node.key = IdOf(from, {"messageId"});
  node.has_parent_field = from.Find("parentMessageId") != nullptr;
  node.parent = IdOf(from, {"parentMessageId"});
  if (node.parent == kNoParent) node.parent.clear();
  if (!parent.empty()) node.parent = parent;
  RawMessage& message = raw->AddMessage(&node);
  message.role = LibreChatRole(from);
  message.at = FirstTime(from, {"createdAt", "created_at", "timestamp", "updatedAt"});
  SetWords(LibreChatWords(from, message.role == "user"), &message);
  if (IsTrue(from, {"error"})) message.hidden = "error";
}

// Adds the messages of a list, each before those that it contains.
void AddMessages(const Json& list, RawConversation* raw) {
  struct Open {
    const Json* next;
    std::string parent;
  };
  std::vector<Open> open = {{list.first(), ""}};
  while (!open.empty()) {
    const Json* const from = open.back().next;
    if (from == nullptr) {
      open.pop_back();
      continue;
    }
    open.back().next = from->next;
    if (!from->is_object()) continue;
    AddLibreChatMessage(*from, open.back().parent, raw);
    if (const Json* const children = from->Find("children", Json::Kind::kList)) {
      open.push_back({children->first(), raw->nodes.back().key});
    }
  }
}

// The messages as a list, or as a tree.
const Json* MessagesOf(const Json& record) {
  const Json* const tree = record.Find("messagesTree", Json::Kind::kList);
  return tree != nullptr ? tree : record.Find("messages", Json::Kind::kList);
}

bool IsLibreChat(const Json& record) {
  const Json* const messages = record.is_list() ? &record : MessagesOf(record);
  return messages != nullptr && messages->first() != nullptr &&
         messages->first()->Find("messageId") != nullptr;
}

void ReadLibreChat(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  raw->id = IdOf(*record, {"conversationId", "id", "_id"});
  raw->order = RawConversation::Order::kThread;
  AddMessages(record->is_list() ? *record : *MessagesOf(*record), raw);
}

}  // namespace

extern const Form kLibreChat = {"LibreChat", Gives::kConversation, kLibreChatKeys, IsLibreChat,
                                ReadLibreChat};

}  // namespace soulprint
