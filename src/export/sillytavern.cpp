// SillyTavern: lines of what the user and the character said (doc/export_format.md,
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

constexpr std::string_view kSillyTavernKeys[] = {"mes", "is_user", "is_system", "send_date"};

bool IsLine(const Json& record) {
  return record.Find("is_user") != nullptr && record.Find("mes", Json::Kind::kString) != nullptr;
}

void ReadLine(Json* record, RawConversation* raw) {
  RawMessage& message = raw->AddMessage(&raw->AddNode());
  message.role = IsTrue(*record, {"is_user"}) ? "user" : "assistant";
  if (IsTrue(*record, {"is_system"})) message.role = "system";
  message.at = FirstTime(*record, {"send_date"});
  Words words;
  AddWords(record->Find("mes"), &words);
  if (message.role == "assistant") words.text = WithoutThinking(std::move(words.text));
  SetWords(std::move(words), &message);
}

}  // namespace

extern const Form kSillyTavern = {"SillyTavern", Gives::kMessage, kSillyTavernKeys, IsLine,
                                  ReadLine};

}  // namespace soulprint
