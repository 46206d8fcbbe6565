// Character.AI: histories of what a person and a character said (doc/export_format.md,
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

constexpr std::string_view kCharacterAiKeys[] = {"histories",
                                                 "msgs",
                                                 "src",
                                                 "is_human",
                                                 "text",
                                                 "turns",
                                                 "author",
                                                 "candidates",
                                                 "raw_content",
                                                 "candidate_id",
                                                 "primary_candidate_id",
                                                 "external_id",
                                                 "last_interaction",
                                                 "created",
                                                 "turn_id",
                                                 "history_id"};

// The candidate that is shown: the primary one, else the first.
const Json* CharacterAiShown(const Json& turn) {
  const Json* const candidates = turn.Find("candidates", Json::Kind::kList);
  if (candidates == nullptr) return nullptr;
  const std::string primary = IdOf(turn, {"primary_candidate_id"});
  for (const Json& candidate : *candidates) {
    if (!primary.empty() && IdOf(candidate, {"candidate_id"}) == primary) return &candidate;
  }
  return candidates->first();
}

void AddCharacterAiTurn(const Json& turn, RawNode* node, RawConversation* raw) {
  if (!turn.is_object()) return;
  RawMessage& message = raw->AddMessage(node);
  message.id = IdOf(turn, {"uuid", "id", "turn_id"});
  const Json* speaker = turn.Find("src", Json::Kind::kObject);
  if (speaker == nullptr) speaker = turn.Find("author", Json::Kind::kObject);
  // A character's turn may say nothing of its author but the name.
  if (speaker != nullptr) message.role = IsTrue(*speaker, {"is_human"}) ? "user" : "assistant";
  message.at = FirstTime(turn, {"created", "create_time", "created_at"});
  Words words;
  const Json* const shown = CharacterAiShown(turn);
  AddWords(shown != nullptr ? shown->Find("raw_content") : turn.Find("text"), &words);
  SetTrimmedWords(std::move(words), &message);
}

const Json* TurnsOf(const Json& record) {
  for (std::string_view name : {"msgs", "turns"}) {
    const Json* const turns = record.Find(name, Json::Kind::kList);
    const Json* const first = turns != nullptr ? turns->first() : nullptr;
    if (first != nullptr && (first->Find("src") != nullptr || first->Find("candidates") != nullptr))
      return turns;
  }
  return nullptr;
}

bool IsHistory(const Json& record) { return TurnsOf(record) != nullptr; }

void ReadHistory(Json* record, RawConversation* raw) {
  ReadHead(*record, raw);
  if (raw->id.empty()) raw->id = IdOf(*record, {"external_id", "history_id"});
  if (!raw->created_at) raw->created_at = FirstTime(*record, {"created"});
  if (!raw->updated_at) raw->updated_at = FirstTime(*record, {"last_interaction"});
  RawNode& node = raw->AddNode();
  for (const Json& turn : *TurnsOf(*record)) AddCharacterAiTurn(turn, &node, raw);
}

}  // namespace

extern const Form kCharacterAi = {"Character.AI", Gives::kConversation, kCharacterAiKeys, IsHistory,
                                  ReadHistory};

}  // namespace soulprint
