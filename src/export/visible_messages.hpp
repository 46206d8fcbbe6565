// A conversation as an export has it ──► what the user saw: the visible messages of the active
// branch (export_format, sections 3 to 7 and 9).

#pragma once

#include "export/import_report.hpp"
#include "export/raw_conversation.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// True if this object is a conversation: ChatGPT's, DeepSeek's, Claude's or of the simplified form.
bool IsConversation(const ExportedConversation& exported);

// True if this object is one of Gemini's activities.
bool IsActivity(const ExportedConversation& exported);

// True if this object is one message of a bare list of messages.
bool IsBareMessage(const ExportedConversation& exported);

// The conversation.  Messages that are not visible are counted in report->hidden.
//   Tree: export_format section 7.  Claude: section 9; what was attached counts only where nothing
//   was typed.  Simplified form: those of user and assistant whose content is a string that is not
//   blank, untrimmed.
// A message without a time has that of the message before it, else the conversation's; a
// conversation without one has that of its first message.
Conversation ExportedToConversation(ExportedConversation exported, ImportReport* report);

}  // namespace soulprint
