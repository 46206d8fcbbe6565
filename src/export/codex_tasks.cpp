// ChatGPT's codex.json: tasks with the turns of the user and of Codex (doc/export_format.md,
// "Other forms").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kCodexTasksKeys[] = {"turns", "role",    "input_items", "output_items",
                                                "type",  "content", "content_type"};

void AddCodexTasksTurn(const Json& turn, RawNode* node, RawConversation* raw) {
  if (!turn.is_object()) return;
  RawMessage& message = raw->AddMessage(node);
  message.id = IdOf(turn, {"id"});
  if (const std::string* const role = turn.Text({"role"})) message.role = SpeakerOf(*role);
  message.at = CreatedOf(turn);
  Words words;
  for (std::string_view name : {"input_items", "output_items"}) {
    const Json* const items = turn.Find(name, Json::Kind::kList);
    if (items == nullptr) continue;
    for (const Json& item : *items) {
      const std::string* const type = item.Text({"type"});
      if (type == nullptr || *type != "message") continue;
      Json* const content = item.Find("content");
      if (content == nullptr || !content->is_list()) {
        AddWords(content, &words);
        continue;
      }
      for (Json& part : *content) {
        const std::string* const kind = part.Text({"content_type"});
        if (kind == nullptr || *kind == "text") AddWords(&part, &words);
      }
    }
  }
  SetTrimmedWords(std::move(words), &message);
}

bool IsTask(const Json& record) {
  const Json* const turns = record.Find("turns", Json::Kind::kList);
  const Json* const first = turns != nullptr ? turns->first() : nullptr;
  return first != nullptr &&
         (first->Find("input_items") != nullptr || first->Find("output_items") != nullptr);
}

void ReadTask(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  RawNode& node = raw->AddNode();
  for (const Json& turn : *record->Find("turns")) AddCodexTasksTurn(turn, &node, raw);
}

}  // namespace

extern const Form kCodexTasks = {"Codex", Gives::kConversation, kCodexTasksKeys, IsTask, ReadTask};

}  // namespace soulprint
