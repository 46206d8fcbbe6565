// Le Chat: a file for each chat, a list of messages that name their chat and their parents
// (doc/export_format.md, "Le Chat").

#include <algorithm>
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

constexpr std::string_view kLeChatKeys[] = {"role",  "chatId", "content", "contentChunks",
                                            "files", "name",   "parentId"};

bool IsLeChatPicture(const Json& file) {
  const std::string* const type = file.Text({"type"});
  const std::string* const name = file.Text({"name"});
  return (type != nullptr && type->starts_with("image")) ||
         (name != nullptr && IsPictureName(*name));
}

bool IsLeChat(const Json& record) {
  return record.Text({"role"}) != nullptr &&
         (record.Find("chatId") != nullptr || record.Find("contentChunks") != nullptr);
}

void ReadLeChat(Json* record, RawConversation* raw) {
  raw->id = IdOf(*record, {"chatId"});
  raw->order = RawConversation::Order::kThread;
  RawNode& node = raw->AddNode();
  node.key = IdOf(*record, {"id"});
  node.parent = IdOf(*record, {"parentId"});
  node.has_parent_field = record->Find("parentId") != nullptr;
  RawMessage& message = raw->AddMessage(&node);
  message.role = SpeakerOf(*record->Text({"role"}));
  message.at = CreatedOf(*record);
  Words words;
  AddWords(record->Find("content"), &words);
  if (IsBlank(words.text)) AddWords(record->Find("contentChunks"), &words);
  const Json* const files = record->Find("files", Json::Kind::kList);
  if (files != nullptr) {
    words.picture = words.picture || std::any_of(files->begin(), files->end(), IsLeChatPicture);
  }
  SetWords(std::move(words), &message);
}

}  // namespace

extern const Form kLeChat = {"Le Chat", Gives::kMessage, kLeChatKeys, IsLeChat, ReadLeChat};

}  // namespace soulprint
