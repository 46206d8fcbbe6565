// Copies of Claude's page that scripts make: prompts and responses, element by element
// (doc/export_format.md, "Other forms").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kClaudeCopyKeys[] = {"meta", "chats", "type", "message", "data"};

void AddChat(const Json& chat, RawNode* node, RawConversation* raw) {
  const std::string* const type = chat.Text({"type"});
  if (type == nullptr) return;
  RawMessage& message = raw->AddMessage(node);
  message.role = SpeakerOf(*type);
  message.at = FirstTime(chat, {"created_at", "timestamp"});
  Words words;
  Json* const elements = chat.Find("message");
  if (elements != nullptr && elements->is_list()) {
    for (Json& element : *elements) {
      Json* const data = element.Find("data");
      AddWords(data != nullptr ? data : element.is_string() ? &element : nullptr, &words);
    }
  } else {
    AddWords(elements, &words);
  }
  SetTrimmedWords(std::move(words), &message);
}

bool IsCopy(const Json& record) {
  const Json* const chats = record.Find("chats", Json::Kind::kList);
  const Json* const first = chats != nullptr ? chats->first() : nullptr;
  const std::string* const type = first != nullptr ? first->Text({"type"}) : nullptr;
  return type != nullptr && (*type == "prompt" || *type == "response") &&
         first->Find("message") != nullptr;
}

void ReadCopy(Json* record, RawConversation* raw) {
  const Json* const about = record->Find("meta", Json::Kind::kObject);
  ReadHead(about != nullptr ? *about : *record, raw);
  RawNode& node = raw->AddNode();
  for (const Json& chat : *record->Find("chats")) AddChat(chat, &node, raw);
}

}  // namespace

extern const Form kClaudeCopy = {"copy of Claude's page", Gives::kConversation, kClaudeCopyKeys,
                                 IsCopy, ReadCopy};

}  // namespace soulprint
