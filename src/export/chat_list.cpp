// Lists of messages with a role and a content, in every spelling (doc/export_format.md, "Simplified
// form").

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/text.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kChatListKeys[] = {
    "messages",  "conversations", "role",    "from",      "sender",    "author",   "type",
    "content",   "value",         "text",    "say",       "parts",     "metadata", "created",
    "updated",   "dates",         "time",    "sessionId", "isThought", "thought",  "contentBlocks",
    "startTime", "lastUpdated",   "sent_at", "date",      "authorName"};

constexpr std::size_t kAuthorCharacters = 100;

std::string ChatListRole(const Json& message) {
  if (const std::string* const name = message.Text({"role", "from", "sender"})) {
    return SpeakerOf(*name);
  }
  if (const Json* const author = message.Find("author")) {
    const std::string* const name =
        author->is_string() ? &author->text() : author->Text({"role", "name"});
    if (name != nullptr) return SpeakerOf(*name);
  }
  const std::string* const type = message.Text({"type"});
  return type != nullptr ? SpeakerOf(*type) : "";
}

Words ChatListWords(const Json& message) {
  Words words;
  for (std::string_view name : {"content", "value", "text", "say", "parts"}) {
    Json* const content = message.Find(name);
    if (content == nullptr) continue;
    AddWords(content, &words);
    if (IsBlank(words.text)) AddWords(content->Find("contentBlocks", Json::Kind::kList), &words);
    if (!IsBlank(words.text)) break;
  }
  return words;
}

// Chats of Claude Design say who of several people wrote.
std::string ChatListAuthor(const Json& message) {
  const std::string* name = message.Text({"authorName"});
  const Json* const content = message.Find("content");
  if (name == nullptr && content != nullptr) name = content->Text({"authorName"});
  return name != nullptr ? std::string(FirstCharacters(Trim(*name), kAuthorCharacters)) : "";
}

void AddChatListMessage(const Json& from, RawConversation* raw) {
  if (!from.is_object()) return;
  RawNode& node = raw->nodes.empty() ? raw->AddNode() : raw->nodes.front();
  RawMessage& message = raw->AddMessage(&node);
  message.id = IdOf(from, {"id"});
  message.role = ChatListRole(from);
  if (message.role == "user") message.author = ChatListAuthor(from);
  message.at = FirstTime(from, {"create_time", "created_at", "createdAt", "createTime",
                                "inserted_at", "timestamp", "time", "date"});
  if (IsTrue(from, {"isThought", "thought"})) {
    message.hidden = "thought";
  } else {
    SetWords(ChatListWords(from), &message);
  }
}

const Json* ListOf(const Json& record) {
  if (record.is_list()) return &record;
  const Json* const messages = record.Find("messages");
  return messages != nullptr ? messages : record.Find("conversations", Json::Kind::kList);
}

bool IsChatList(const Json& record) { return ListOf(record) != nullptr; }

void ReadChatList(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  if (raw->id.empty()) raw->id = IdOf(*record, {"sessionId"});
  if (!raw->created_at) raw->created_at = FirstTime(*record, {"startTime"});
  if (!raw->updated_at) raw->updated_at = FirstTime(*record, {"lastUpdated"});
  if (const Json* const metadata = record->Find("metadata")) {
    const std::string* const title = metadata->Text({"title"});
    if (!raw->title && title != nullptr) raw->title = *title;
  }
  const Json* const messages = ListOf(*record);
  if (!messages->is_list()) return;
  const auto count = std::distance(messages->begin(), messages->end());
  const std::size_t room = (raw->max_bytes - raw->bytes) / sizeof(RawMessage);
  raw->AddNode().messages.reserve(std::min(static_cast<std::size_t>(count), room));
  for (const Json& message : *messages) AddChatListMessage(message, raw);
}

bool IsBareMessage(const Json& record) {
  if (record.Text({"role"}) != nullptr) {
    return record.Find("content") != nullptr || record.Find("text") != nullptr ||
           record.Find("parts", Json::Kind::kList) != nullptr;
  }
  const std::string* const from = record.Text({"from"});
  if (from == nullptr) return false;
  const std::string speaker = SpeakerOf(*from);
  return (speaker == "user" || speaker == "assistant" || speaker == "system") &&
         (record.Find("value") != nullptr || record.Find("content") != nullptr);
}

void ReadBareMessage(Json* record, RawConversation* raw) { AddChatListMessage(*record, raw); }

}  // namespace

extern const Form kChatList = {"list of messages", Gives::kConversation, kChatListKeys, IsChatList,
                               ReadChatList};
extern const Form kBareMessage = {"message", Gives::kMessage, {}, IsBareMessage, ReadBareMessage};

}  // namespace soulprint
