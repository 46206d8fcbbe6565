// LM Studio: each turn has versions, of which one is selected, and an answer has steps
// (doc/export_format.md, "LM Studio").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/markup.hpp"
#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kLmStudioKeys[] = {"messages",
                                              "versions",
                                              "currentlySelected",
                                              "role",
                                              "content",
                                              "steps",
                                              "type",
                                              "style",
                                              "fileType",
                                              "name",
                                              "userLastMessagedAt",
                                              "assistantLastMessagedAt"};

// The version that is shown: the selected one, else the last.
const Json* LmStudioShown(const Json& turn) {
  const Json* const versions = turn.Find("versions", Json::Kind::kList);
  if (versions == nullptr) return nullptr;
  const Json* const selected = turn.Find("currentlySelected");
  const double number = selected != nullptr && selected->is_number() ? selected->number() : -1;
  const Json* last = nullptr;
  double position = 0;
  for (const Json& version : *versions) {
    last = &version;
    if (position++ == number) break;
  }
  return last;
}

void AddContent(const Json& of, Words* words) {
  Json* const content = of.Find("content");
  AddWords(content, words);
  if (content == nullptr || !content->is_list()) return;
  for (const Json& part : *content) {
    const std::string* const type = part.Text({"fileType"});
    words->picture = words->picture || (type != nullptr && type->starts_with("image"));
  }
}

bool IsAnswer(const Json& step) {
  const std::string* const type = step.Text({"type"});
  const Json* const style = step.Find("style", Json::Kind::kObject);
  const std::string* const look = style != nullptr ? style->Text({"type"}) : nullptr;
  return type != nullptr && *type == "contentBlock" && (look == nullptr || *look != "thinking");
}

void AddLmStudioTurn(const Json& turn, RawNode* node, RawConversation* raw) {
  const Json* const shown = LmStudioShown(turn);
  if (shown == nullptr || !shown->is_object()) return;
  RawMessage& message = raw->AddMessage(node);
  if (const std::string* const role = shown->Text({"role"})) message.role = SpeakerOf(*role);
  message.at = CreatedOf(turn);
  Words words;
  AddContent(*shown, &words);
  if (const Json* const steps = shown->Find("steps", Json::Kind::kList)) {
    for (const Json& step : *steps) {
      if (IsAnswer(step)) AddContent(step, &words);
    }
  }
  if (message.role == "assistant") words.text = WithoutThinking(std::move(words.text));
  SetTrimmedWords(std::move(words), &message);
}

bool IsLmStudio(const Json& record) {
  const Json* const messages = record.Find("messages", Json::Kind::kList);
  return messages != nullptr && messages->first() != nullptr &&
         messages->first()->Find("versions", Json::Kind::kList) != nullptr;
}

void ReadLmStudio(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  for (std::string_view name : {"userLastMessagedAt", "assistantLastMessagedAt"}) {
    if (const Time at = TimeOf(record->Find(name))) {
      if (!raw->updated_at || *raw->updated_at < *at) raw->updated_at = at;
    }
  }
  RawNode& node = raw->AddNode();
  for (const Json& turn : *record->Find("messages")) AddLmStudioTurn(turn, &node, raw);
}

}  // namespace

extern const Form kLmStudio = {"LM Studio", Gives::kConversation, kLmStudioKeys, IsLmStudio,
                               ReadLmStudio};

}  // namespace soulprint
