// A conversation as an export has it ──► what the user saw: the visible messages of the active
// branch (export_format, sections 3 to 7).

#pragma once

#include <string_view>

#include "pipeline/export_to_conversations.hpp"
#include "pipeline/exported_conversation.hpp"
#include "pipeline/types.hpp"

namespace soulprint {

inline constexpr std::string_view kNoConversation = "not a conversation";

// Why this object is no conversation that can be read, "" if it is one.
std::string_view WhyNoConversation(const ExportedConversation& exported);

// True if this object is one message of a bare list of messages.
bool IsBareMessage(const ExportedConversation& exported);

// The conversation.  Messages that are not visible are counted in report->hidden.
//   Tree: export_format section 7.  Simplified form: those of user and assistant whose content is a
//   string that is not blank, untrimmed.
// A message without a time has that of the message before it, else the conversation's; a
// conversation without one has that of its first message.
Conversation ExportedToConversation(ExportedConversation exported, ImportReport* report);

}  // namespace soulprint
