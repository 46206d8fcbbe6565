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

constexpr std::string_view kKeys[] = {"messages",
                                      "conversations",
                                      "role",
                                      "from",
                                      "sender",
                                      "author",
                                      "type",
                                      "content",
                                      "value",
                                      "text",
                                      "say",
                                      "contentChunks",
                                      "parts",
                                      "metadata",
                                      "created",
                                      "updated",
                                      "dates",
                                      "time",
                                      "sessionId",
                                      "messageId",
                                      "parentMessageId",
                                      "isCreatedByUser",
                                      "contentBlocks",
                                      "startTime",
                                      "lastUpdated",
                                      "sent_at",
                                      "date"};

std::string RoleOf(const Json& message) {
  // LibreChat names the model as the sender.
  const Json* const by_user = message.Find("isCreatedByUser", Json::Kind::kBoolean);
  if (by_user != nullptr) return by_user->is_true() ? "user" : "assistant";
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

// What a content says: a string, or a list of blocks.
struct Words {
  std::string text;
  bool any = false;  // there are words, or only blank ones
  bool picture = false;
};

void AddBlock(Json* block, Words* words) {
  const std::string* const type = block->Text({"type"});
  const auto is = [&](std::string_view part) {
    return type != nullptr && type->find(part) != std::string::npos;
  };
  words->picture = words->picture || is("image");
  std::string* text = block->is_string() ? &block->text() : nullptr;
  if (type == nullptr || is("text")) {
    if (text == nullptr) text = block->Text({"text", "content", "value"});
  }
  if (text == nullptr) return;
  words->any = true;
  if (!IsBlank(*text)) AppendParagraph(std::move(*text), &words->text);
}

Words WordsOf(const Json& message) {
  Words words;
  for (std::string_view name : {"content", "value", "text", "say", "contentChunks", "parts"}) {
    Json* const content = message.Find(name);
    if (content == nullptr) continue;
    if (content->is_string()) {
      words.any = true;
      words.text = std::move(content->text());
    } else if (content->is_list()) {
      for (Json& block : *content) AddBlock(&block, &words);
    } else if (content->is_object()) {
      AddBlock(content, &words);
      const Json* const blocks = content->Find("contentBlocks", Json::Kind::kList);
      if (blocks == nullptr || !IsBlank(words.text)) continue;
      for (Json& block : *blocks) AddBlock(&block, &words);
    }
    if (!IsBlank(words.text)) break;
  }
  return words;
}

bool NamesNeighbours(const Json& message) {
  return message.Find("messageId") != nullptr || message.Find("parentMessageId") != nullptr;
}

void AddMessage(const Json& from, RawConversation* raw) {
  if (!from.is_object()) return;
  // Messages that nobody names share a node.
  const bool alone = raw->nodes.empty() || NamesNeighbours(from) ||
                     !raw->nodes.back().key.empty() || raw->nodes.back().has_parent_field;
  RawNode& node = alone ? raw->AddNode() : raw->nodes.back();
  node.key = IdOf(from, {"messageId"});
  if (const std::string* const parent = from.Text({"parentMessageId"})) {
    node.parent = *parent;
    node.has_parent_field = true;
    raw->order = RawConversation::Order::kThread;
  }
  RawMessage& message = raw->AddMessage(&node);
  message.id = IdOf(from, {"id"});
  message.role = RoleOf(from);
  message.at = FirstTime(from, {"create_time", "created_at", "createdAt", "createTime",
                                "inserted_at", "timestamp", "time", "date"});
  Words words = WordsOf(from);
  if (!IsBlank(words.text)) {
    message.text = std::move(words.text);
  } else if (words.picture && message.role == "user") {
    message.text = "[image]";
  } else {
    message.hidden = words.any ? "blank" : "no text";
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
  if (std::none_of(messages->begin(), messages->end(), NamesNeighbours)) {
    const auto count = std::distance(messages->begin(), messages->end());
    const std::size_t room = (raw->max_bytes - raw->bytes) / sizeof(RawMessage);
    raw->AddNode().messages.reserve(std::min(static_cast<std::size_t>(count), room));
  }
  for (const Json& message : *messages) AddMessage(message, raw);
}

bool IsBareMessage(const Json& record) {
  if (record.Text({"role"}) != nullptr) {
    return record.Find("content") != nullptr || record.Find("contentChunks") != nullptr;
  }
  const std::string* const from = record.Text({"from"});
  if (from == nullptr) return false;
  const std::string speaker = SpeakerOf(*from);
  return (speaker == "user" || speaker == "assistant" || speaker == "system") &&
         (record.Find("value") != nullptr || record.Find("content") != nullptr);
}

void ReadBareMessage(Json* record, RawConversation* raw) { AddMessage(*record, raw); }

}  // namespace

const Form kChatList = {Gives::kConversation, kKeys, IsChatList, ReadChatList};
const Form kBareMessage = {Gives::kMessage, kKeys, IsBareMessage, ReadBareMessage};

}  // namespace soulprint
