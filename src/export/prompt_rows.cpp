// Rows of a prompt and its response: AnythingLLM, and data for training (doc/export_format.md,
// "Other forms").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kPromptRowsKeys[] = {"prompt", "response", "instruction",
                                                "input",  "output",   "sent_at"};

void AddPromptRowsSaid(const Json& row, std::string_view role, std::string_view name, RawNode* node,
                       RawConversation* raw) {
  RawMessage& message = raw->AddMessage(node);
  message.role = role;
  message.at = FirstTime(row, {"sent_at", "created_at", "createdAt", "timestamp"});
  Words words;
  AddWords(row.Find(name), &words);
  if (role == "assistant") words.text = WithoutThinking(std::move(words.text));
  SetWords(std::move(words), &message);
}

bool IsRow(const Json& record) {
  const auto has = [&](std::string_view name) {
    return record.Find(name, Json::Kind::kString) != nullptr;
  };
  return (has("prompt") && has("response")) || (has("instruction") && has("output"));
}

void ReadRow(Json* record, RawConversation* raw) {
  RawNode& node = raw->AddNode();
  if (record->Find("response") != nullptr) {
    AddPromptRowsSaid(*record, "user", "prompt", &node, raw);
    AddPromptRowsSaid(*record, "assistant", "response", &node, raw);
    return;
  }
  // With an input, the instruction is the prompt of the system.
  const bool input = record->Text({"input"}) != nullptr;
  AddPromptRowsSaid(*record, "user", input ? "input" : "instruction", &node, raw);
  AddPromptRowsSaid(*record, "assistant", "output", &node, raw);
}

}  // namespace

extern const Form kPromptRows = {"row of prompt and response", Gives::kMessage, kPromptRowsKeys,
                                 IsRow, ReadRow};

}  // namespace soulprint
