// Gemini in Google Workspace: a file for each conversation, a list of turns
// (doc/export_format.md, "Gemini in Workspace").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kGeminiWorkspaceKeys[] = {"conversation_turns",
                                                     "user_turn",
                                                     "system_turn",
                                                     "prompt",
                                                     "text",
                                                     "cards",
                                                     "content",
                                                     "images",
                                                     "creation_time",
                                                     "last_modification_time",
                                                     "turn_last_modified"};

// Adds the texts under this name: a string, or a list of strings or of objects.
void AddTexts(const Json& turn, std::string_view name, Words* words) {
  Json* const texts = turn.Find(name);
  if (texts == nullptr) return;
  if (!texts->is_list()) return AddWords(texts, words);
  for (Json& item : *texts) {
    Json* const data = item.Find("data", Json::Kind::kString);
    AddWords(data != nullptr ? data : &item, words);
  }
}

void AddGeminiWorkspaceTurn(const Json& turn, std::string_view role, RawNode* node,
                            RawConversation* raw) {
  RawMessage& message = raw->AddMessage(node);
  message.role = role;
  message.at = FirstTime(turn, {"turn_last_modified", "creation_time"});
  Words words;
  for (std::string_view name : {"prompt", "text", "cards"}) AddTexts(turn, name, &words);
  const Json* const images = turn.Find("images", Json::Kind::kList);
  words.picture = images != nullptr && images->first() != nullptr;
  SetTrimmedWords(std::move(words), &message);
}

bool IsWorkspace(const Json& record) {
  return record.Find("conversation_turns", Json::Kind::kList) != nullptr;
}

void ReadWorkspace(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  if (!raw->created_at) raw->created_at = FirstTime(*record, {"creation_time"});
  if (!raw->updated_at) raw->updated_at = FirstTime(*record, {"last_modification_time"});
  RawNode& node = raw->AddNode();
  for (const Json& turn : *record->Find("conversation_turns")) {
    const Json* const of_user = turn.Find("user_turn", Json::Kind::kObject);
    const Json* const of_model = turn.Find("system_turn", Json::Kind::kObject);
    if (of_user != nullptr) AddGeminiWorkspaceTurn(*of_user, "user", &node, raw);
    if (of_model != nullptr) AddGeminiWorkspaceTurn(*of_model, "assistant", &node, raw);
  }
}

}  // namespace

extern const Form kGeminiWorkspace = {"Gemini in Workspace", Gives::kConversation,
                                      kGeminiWorkspaceKeys, IsWorkspace, ReadWorkspace};

}  // namespace soulprint
