// RawConversation ──► what the user saw: the visible messages of the active branch
// (doc/export_format.md, "Visible messages").

#pragma once

#include "export/import_report.hpp"
#include "export/raw_conversation.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

// True if this object is a conversation: ChatGPT's, DeepSeek's, Claude's or of the simplified form.
bool IsConversation(const RawConversation& raw);

// True if this object is one of Gemini's activities.
bool IsActivity(const RawConversation& raw);

// True if this object is one message of a bare list of messages.
bool IsBareMessage(const RawConversation& raw);

// The conversation.  Counts messages that are not visible in report->hidden, if there is a report.
//   Tree: the branch that ends at the current node.
//   Claude: an attachment counts only in a message without text.
//   Simplified form: messages of user and assistant whose content is a string and not blank,
//   untrimmed.
// A message without a time gets the time of the message before it, else of the conversation; a
// conversation without a time gets the time of its first message.
Conversation RawToConversation(RawConversation raw, ImportReport* report);

}  // namespace soulprint
