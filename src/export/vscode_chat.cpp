// VS Code: requests with the parts of their responses (doc/export_format.md, "VS Code").

#include <string>
#include <string_view>
#include <utility>

#include "export/fields.hpp"
#include "export/forms.hpp"
#include "export/json.hpp"
#include "export/raw_conversation.hpp"
#include "util/time.hpp"

namespace soulprint {
namespace {

constexpr std::string_view kVsCodeChatKeys[] = {
    "requests",    "message",      "response",        "parts",
    "kind",        "isHidden",     "inlineReference", "sessionId",
    "customTitle", "creationDate", "lastMessageDate", "requestId"};

// A part of a response without a kind is text; a file that it names is shown by its name.
std::string* VsCodeChatShown(const Json& part) {
  if (part.is_string()) return &part.text();
  const std::string* const kind = part.Text({"kind"});
  if (kind != nullptr && *kind == "inlineReference") {
    if (std::string* const name = part.Text({"name"})) return name;
    const Json* const to = part.Find("inlineReference", Json::Kind::kObject);
    return to != nullptr ? to->Text({"name"}) : nullptr;
  }
  if (kind != nullptr && *kind != "markdownContent" && *kind != "markdownVuln") return nullptr;
  const Json* inner = part.Find("content", Json::Kind::kObject);
  if (inner == nullptr) inner = &part;
  const Json* const nested = inner->Find("value", Json::Kind::kObject);
  return (nested != nullptr ? nested : inner)->Text({"value"});
}

void AddVsCodeChatMessage(std::string_view role, const std::string& id, Time at, Words words,
                          RawConversation* raw) {
  RawMessage& message = raw->AddMessage(&raw->nodes.back());
  message.id = id;
  message.role = role;
  message.at = at;
  SetTrimmedWords(std::move(words), &message);
}

void AddRequest(const Json& request, RawConversation* raw) {
  if (!request.is_object() || IsTrue(request, {"isHidden"})) return;
  const Time at = FirstTime(request, {"timestamp"});
  Words asked;
  if (const Json* const message = request.Find("message")) {
    Json* const text = message->is_object() ? message->Find("text", Json::Kind::kString) : nullptr;
    AddWords(text != nullptr ? text : message->Find("parts", Json::Kind::kList), &asked);
    if (message->is_string()) asked.text = message->text();
  }
  AddVsCodeChatMessage("user", IdOf(request, {"requestId"}), at, std::move(asked), raw);
  const Json* const response = request.Find("response", Json::Kind::kList);
  if (response == nullptr || response->first() == nullptr) return;
  // The parts are as they were streamed.
  Words said;
  for (const Json& part : *response) {
    if (std::string* const shown = VsCodeChatShown(part)) said.text += std::exchange(*shown, {});
  }
  AddVsCodeChatMessage("assistant", "", at, std::move(said), raw);
}

bool IsVsCode(const Json& record) {
  const Json* const requests = record.Find("requests", Json::Kind::kList);
  return requests != nullptr &&
         (requests->first() == nullptr || requests->first()->Find("message") != nullptr);
}

void ReadVsCode(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  raw->id = IdOf(*record, {"sessionId", "id"});
  if (std::string* const title = record->Text({"customTitle"})) raw->title = std::move(*title);
  if (!raw->created_at) raw->created_at = FirstTime(*record, {"creationDate"});
  if (!raw->updated_at) raw->updated_at = FirstTime(*record, {"lastMessageDate"});
  raw->AddNode();
  for (const Json& request : *record->Find("requests")) AddRequest(request, raw);
}

}  // namespace

extern const Form kVsCodeChat = {"VS Code", Gives::kConversation, kVsCodeChatKeys, IsVsCode,
                                 ReadVsCode};

}  // namespace soulprint
