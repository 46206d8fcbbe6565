// Claude Code: a session as JSON Lines, in which messages, tools and notes name what they follow
// (doc/export_format.md, "Claude Code").

#include <array>
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

constexpr std::string_view kClaudeCodeKeys[] = {"sessionId",
                                                "parentUuid",
                                                "logicalParentUuid",
                                                "isSidechain",
                                                "isMeta",
                                                "message",
                                                "role",
                                                "content",
                                                "isCompactSummary",
                                                "isVisibleInTranscriptOnly"};

// What the program writes into the user's messages.
constexpr std::array<std::string_view, 12> kNotOfUser = {
    "system-reminder",      "command-name",         "command-message", "command-args",
    "local-command-stdout", "local-command-stderr", "bash-stdout",     "bash-stderr",
    "local-command-caveat", "task-notification",    "ide_opened_file", "ide_selection"};

bool IsEntry(const Json& record) {
  return record.Find("parentUuid") != nullptr && record.Text({"sessionId"}) != nullptr;
}

void AddClaudeCodeMessage(const Json& entry, const Json& from, RawNode* node,
                          RawConversation* raw) {
  RawMessage& message = raw->AddMessage(node);
  const std::string* const role = from.Text({"role"});
  message.role = role != nullptr ? SpeakerOf(*role) : "";
  message.at = FirstTime(entry, {"timestamp"});
  if (IsTrue(entry, {"isMeta", "isCompactSummary", "isVisibleInTranscriptOnly"})) {
    message.hidden = "note of the program";
    return;
  }
  Words words;
  AddWords(from.Find("content"), &words);
  if (message.role == "user") {
    for (std::string_view name : kNotOfUser) words.text = WithoutElements(name, words.text);
  }
  SetTrimmedWords(std::move(words), &message);
}

// The chain from the last message to the first goes through entries that are no messages, and over
// the place where the session was compacted.  A task on the side has a chain of its own.
void ReadEntry(Json* record, RawConversation* raw) {
  raw->id = IdOf(*record, {"sessionId"});
  raw->order = RawConversation::Order::kThread;
  if (IsTrue(*record, {"isSidechain"})) return;
  RawNode& node = raw->AddNode();
  node.key = IdOf(*record, {"uuid"});
  node.parent = IdOf(*record, {"parentUuid", "logicalParentUuid"});
  node.has_parent_field = true;
  const Json* const message = record->Find("message", Json::Kind::kObject);
  if (message != nullptr) AddClaudeCodeMessage(*record, *message, &node, raw);
}

}  // namespace

extern const Form kClaudeCode = {"Claude Code", Gives::kMessage, kClaudeCodeKeys, IsEntry,
                                 ReadEntry};

}  // namespace soulprint
